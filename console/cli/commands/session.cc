#include "console/cli/session.h"

#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "console/cli/commands/commands.h"
#include "console/cli/exit_code.h"
#include "console/cli/files.h"
#include "console/cli/prompt.h"
#include "console/cli/texts/messages.h"
#include "console/cli/texts/names.h"
#include "console/cli/time_span.h"
#include "console/cli/totp.h"
#include "console/cli/trust.h"

namespace sekisho::console::cli {
namespace {

struct SignInOptions {
  std::string name;
  std::string trust_hash;
  std::string password_file;
  std::string totp;
  std::string totp_secret_file;
};

// --ca or --trust-hash; else the authority that the last sign-in there established.
absl::StatusOr<std::string> Authority(Context& context, const SignInOptions& options,
                                      const std::string& console) {
  if (!options.trust_hash.empty()) {
    const absl::StatusOr<std::string> hash = ParseTrustHash(options.trust_hash, context.language());
    if (!hash.ok()) return hash.status();
    return AuthorityByTrustHash(console, *hash, context.language());
  }
  absl::StatusOr<std::string> given = context.GivenAuthority();
  if (!given.ok() || !given->empty()) return given;
  const absl::StatusOr<std::optional<Session>> last =
      LoadSession(SessionPath(), context.language());
  if (last.ok() && *last && (*last)->console == console && !(*last)->ca_pem.empty()) {
    return (*last)->ca_pem;
  }
  return context.Usage(messages::kCaOrTrustHash, {{"console", console}});
}

absl::StatusOr<std::string> Password(Context& context, const SignInOptions& options) {
  if (options.password_file.empty()) {
    return Ask(context, messages::kAskPassword, Echo::kHidden, "--password-file FILE");
  }
  absl::StatusOr<std::string> text = ReadTextFile(options.password_file, context.language());
  if (!text.ok()) return text;
  std::string first_line = text->substr(0, text->find_first_of("\r\n"));
  Wipe(*text);
  return first_line;
}

absl::StatusOr<std::string> TotpSecret(Context& context, const std::string& file) {
  absl::StatusOr<std::string> text = ReadTextFile(file, context.language());
  if (!text.ok()) return text;
  absl::StatusOr<std::string> secret = ReadTotpSecret(*text);
  if (!secret.ok()) return context.Usage(messages::kNotATotpSecret, {{"file", file}});
  return secret;
}

absl::StatusOr<std::string> Totp(Context& context, const SignInOptions& options) {
  std::string code = options.totp;
  if (code.empty()) {
    absl::StatusOr<std::string> asked =
        Ask(context, messages::kAskTotp, Echo::kShown, "--totp CODE");
    if (!asked.ok()) return asked;
    code = *asked;
  }
  std::erase(code, ' ');
  if (code.size() != 6 || code.find_first_not_of("0123456789") != std::string::npos) {
    return context.Usage(messages::kNotATotp);
  }
  return code;
}

// With the secret at hand a refused code may only mean that it was used a moment ago (each is good
// once), so the next one is tried, once.
absl::StatusOr<v1::SignInResponse> SignInWithSecret(Context& context, Client& client,
                                                    v1::SignInRequest request,
                                                    const std::string& secret) {
  absl::StatusOr<v1::SignInResponse> answer;
  for (const int attempt : {1, 2}) {
    const absl::Time now = absl::Now();
    const absl::StatusOr<std::string> code = TotpAt(secret, now);
    if (!code.ok()) return code.status();
    request.set_totp(*code);
    answer = client.Call(request);
    if (!absl::IsUnauthenticated(answer.status()) || attempt == 2) break;
    const absl::Duration wait =
        kTotpStep - (now - absl::UnixEpoch()) % kTotpStep + absl::Seconds(1);
    context.err() << context.Say(
        messages::kWaitingForCode,
        {{"seconds", absl::StrCat(absl::ToInt64Seconds(absl::Ceil(wait, absl::Seconds(1))))}});
    absl::SleepFor(wait);
  }
  return answer;
}

absl::Status SignIn(Context& context, const SignInOptions& options) {
  const absl::StatusOr<std::string> console = context.ConsoleToSignInTo();
  if (!console.ok()) return console.status();
  const absl::StatusOr<std::string> ca = Authority(context, options, *console);
  if (!ca.ok()) return ca.status();
  // Whatever needs typing is asked for first: nothing is sent before all of it is there.
  v1::SignInRequest request;
  request.set_name(options.name);
  if (options.name.empty()) {
    const absl::StatusOr<std::string> name =
        Ask(context, messages::kAskName, Echo::kShown, "sign-in NAME");
    if (!name.ok()) return name.status();
    request.set_name(std::string(absl::StripAsciiWhitespace(*name)));
  }
  absl::StatusOr<std::string> password = Password(context, options);
  if (!password.ok()) return password.status();
  request.set_password(*password);

  Client client(Target{*console, *ca, ""});
  absl::StatusOr<v1::SignInResponse> answer;
  if (!options.totp_secret_file.empty()) {
    const absl::StatusOr<std::string> secret = TotpSecret(context, options.totp_secret_file);
    if (!secret.ok()) return secret.status();
    answer = SignInWithSecret(context, client, request, *secret);
  } else {
    const absl::StatusOr<std::string> code = Totp(context, options);
    if (!code.ok()) return code.status();
    request.set_totp(*code);
    answer = client.Call(request);
  }
  Wipe(*password);
  Wipe(*request.mutable_password());
  if (absl::IsUnauthenticated(answer.status())) {
    return absl::UnauthenticatedError(
        context.Say(messages::kSignInRefused, {{"message", MessageOf(answer.status())}}));
  }
  if (!answer.ok()) return answer.status();

  const absl::Status saved = SaveSession(
      SessionPath(), Session{*console, *ca, answer->token(), request.name()}, context.language());
  if (!saved.ok()) return saved;
  answer->clear_token();  // it is in the file; scrollback and logs are no place for it
  return context.Show(*answer,
                      context.Say(messages::kSignedIn,
                                  {{"console", *console},
                                   {"name", answer->operator_().name()},
                                   {"role", NameOf(answer->operator_().role(), context.language())},
                                   {"until", WriteMoment(answer->expires_at(), context.zone())}}));
}

absl::Status SignOut(Context& context) {
  const absl::StatusOr<std::optional<Session>> session =
      LoadSession(SessionPath(), context.language());
  if (session.ok() && !*session) {
    return context.Show(v1::SignOutResponse(), context.Say(messages::kWasNotSignedIn));
  }
  // The file goes even if the console cannot be told: the session ends there by itself.
  absl::Status told = absl::OkStatus();
  if (session.ok()) {
    Client client(Target{(*session)->console, (*session)->ca_pem, (*session)->token});
    told = client.Call(v1::SignOutRequest()).status();
  }
  const absl::Status removed = RemoveSession(SessionPath(), context.language());
  if (!removed.ok()) return removed;
  if (!told.ok() && !absl::IsUnauthenticated(told)) return told;
  return context.Show(v1::SignOutResponse(), context.Say(messages::kSignedOut));
}

absl::Status WhoAmI(Context& context) {
  const absl::StatusOr<Client*> client = context.Connect();
  if (!client.ok()) return client.status();
  const absl::StatusOr<v1::WhoAmIResponse> who = (*client)->Call(v1::WhoAmIRequest());
  if (!who.ok()) return who.status();
  return context.Show(*who, WriteWhoAmI(*who, StyleOf(context)));
}

}  // namespace

void AddSession(CLI::App& root, Context& context) {
  CLI::App* sign_in = AddCommand(root, context, help::kSignIn);
  const auto options = std::make_shared<SignInOptions>();
  AddText(sign_in, context, "NAME", options->name, help::kOperatorName, "");
  AddText(sign_in, context, "--trust-hash", options->trust_hash, help::kTrustHash, "HEX");
  AddText(sign_in, context, "--password-file", options->password_file, help::kPasswordFile, "FILE");
  AddText(sign_in, context, "--totp", options->totp, help::kTotp, "CODE");
  AddText(sign_in, context, "--totp-secret-file", options->totp_secret_file, help::kTotpSecretFile,
          "FILE");
  OnRun(sign_in, context, [&context, options] { return SignIn(context, *options); });

  OnRun(AddCommand(root, context, help::kSignOut), context,
        [&context] { return SignOut(context); });
  OnRun(AddCommand(root, context, help::kWhoAmI), context, [&context] { return WhoAmI(context); });
}

}  // namespace sekisho::console::cli
