// Who has which factors, and whether logins ask for them.
#include <langinfo.h>
#include <sodium/utils.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string>
#include <variant>

#include "agent/cli/client.h"
#include "agent/cli/command_line.h"
#include "agent/cli/qr_code.h"
#include "agent/cli/render.h"

namespace sekisho::cli {
namespace {

constexpr std::chrono::seconds kPatience{10};

void Print(const std::string& text) { std::fputs(text.c_str(), stdout); }

ExitCode Complain(const Context& context, const v1::LocalFailure& failure) {
  std::fprintf(stderr, "sekisho: %s\n", SayFailure(context.language, failure).c_str());
  return ExitCodeOf(failure);
}

std::variant<v1::LocalReply, v1::LocalFailure> Ask(const Context& context,
                                                   const v1::LocalRequest& request) {
  std::optional<Client> client = Client::Connect(context.socket);
  if (!client) return ClientFailure("agent-not-running");
  return client->Ask(request, kPatience);
}

// A line of standard input, without its end; nothing when there is none.
std::string ReadLine() {
  std::array<char, 256> buffer{};
  if (std::fgets(buffer.data(), buffer.size(), stdin) == nullptr) return "";
  std::string line(buffer.data());
  sodium_memzero(buffer.data(), buffer.size());
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.pop_back();
  return line;
}

std::string AskFor(const Context& context, Text prompt) {
  Print(Say(context.language, prompt));
  std::fflush(stdout);
  return ReadLine();
}

bool OnTerminal() { return isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0; }

// The secret on the screen, to be scanned or typed. Never into a file or a pipe unasked.
void ShowSecret(const Context& context, const v1::LocalAddFactorReply& added) {
  Print(Say(context.language, Text::kFactorScan) + "\n");
  const std::optional<QrCode> code =
      std::strcmp(nl_langinfo(CODESET), "UTF-8") == 0 ? EncodeQr(added.uri()) : std::nullopt;
  Print(code ? DrawQr(*code) : Say(context.language, Text::kFactorNoQr) + "\n");
  Print(Say(context.language, Text::kFactorByHand,
            {{"secret", added.secret()}, {"uri", added.uri()}}) +
        "\n");
}

}  // namespace

ExitCode RunFactorAdd(const Context& context, const FactorOf& about) {
  v1::LocalRequest request;
  v1::LocalAddFactorRequest& add = *request.mutable_add_factor();
  add.set_person(about.person);
  add.set_label(about.label);
  add.set_reason(about.reason);
  add.set_code(about.code);
  if (geteuid() != 0 && about.code.empty() && OnTerminal()) {
    add.set_code(AskFor(context, Text::kFactorOwnCode));
  }
  auto answer = Ask(context, request);
  if (auto* failure = std::get_if<v1::LocalFailure>(&answer)) return Complain(context, *failure);
  const v1::LocalAddFactorReply added = std::get<v1::LocalReply>(answer).add_factor();
  if (context.output == Output::kJson) {
    Print(ToJson(added));
    return ExitCode::kDone;
  }
  ShowSecret(context, added);
  if (!OnTerminal()) {
    Print(Say(context.language, Text::kFactorToConfirm,
              {{"person", added.person()}, {"factor", added.factor_id()}}) +
          "\n");
    return ExitCode::kDone;
  }
  FactorOf confirmed = about;
  confirmed.person = added.person();
  confirmed.factor_id = added.factor_id();
  ExitCode code = ExitCode::kFailed;
  // As often as agentd lets it be tried.
  do {
    confirmed.code = AskFor(context, Text::kFactorConfirm);
    if (confirmed.code.empty()) return ExitCode::kFailed;
    code = RunFactorConfirm(context, confirmed);
  } while (code == ExitCode::kRefused);
  return code;
}

ExitCode RunFactorConfirm(const Context& context, const FactorOf& about) {
  v1::LocalRequest request;
  request.mutable_confirm_factor()->set_person(about.person);
  request.mutable_confirm_factor()->set_factor_id(about.factor_id);
  request.mutable_confirm_factor()->set_code(about.code);
  const auto answer = Ask(context, request);
  if (const auto* failure = std::get_if<v1::LocalFailure>(&answer)) {
    return Complain(context, *failure);
  }
  const v1::LocalConfirmFactorReply& done = std::get<v1::LocalReply>(answer).confirm_factor();
  Print(Say(context.language, Text::kFactorAdded,
            {{"person", done.person()}, {"factor", done.factor_id()}}) +
        "\n");
  return ExitCode::kDone;
}

ExitCode RunFactorList(const Context& context, const FactorOf& about) {
  v1::LocalRequest request;
  request.mutable_factors()->set_person(about.person);
  const auto answer = Ask(context, request);
  if (const auto* failure = std::get_if<v1::LocalFailure>(&answer)) {
    return Complain(context, *failure);
  }
  const v1::LocalFactorsReply& factors = std::get<v1::LocalReply>(answer).factors();
  Print(context.output == Output::kJson ? ToJson(factors) : Render(context.language, factors));
  return ExitCode::kDone;
}

ExitCode RunFactorRemove(const Context& context, const FactorOf& about) {
  v1::LocalRequest request;
  v1::LocalRemoveFactorRequest& remove = *request.mutable_remove_factor();
  remove.set_person(about.person);
  remove.set_factor_id(about.factor_id);
  remove.set_reason(about.reason);
  remove.set_code(about.code);
  if (geteuid() != 0 && about.code.empty() && OnTerminal()) {
    remove.set_code(AskFor(context, Text::kFactorOwnCode));
  }
  const auto answer = Ask(context, request);
  if (const auto* failure = std::get_if<v1::LocalFailure>(&answer)) {
    return Complain(context, *failure);
  }
  const v1::LocalRemoveFactorReply& done = std::get<v1::LocalReply>(answer).remove_factor();
  Print(Say(context.language, Text::kFactorRemoved,
            {{"person", done.person()}, {"factor", done.factor_id()}}) +
        "\n");
  return ExitCode::kDone;
}

ExitCode RunLogin(const Context& context, v1::LoginsMode mode,
                  const std::vector<std::string>& without_factor) {
  v1::LocalRequest request;
  request.mutable_logins()->set_mode(mode);
  for (const std::string& each : without_factor) {
    request.mutable_logins()->add_without_factor(each);
  }
  const auto answer = Ask(context, request);
  if (const auto* failure = std::get_if<v1::LocalFailure>(&answer)) {
    return Complain(context, *failure);
  }
  const v1::LocalLoginsReply& logins = std::get<v1::LocalReply>(answer).logins();
  Print(context.output == Output::kJson ? ToJson(logins) : Render(context.language, logins));
  return ExitCode::kDone;
}

}  // namespace sekisho::cli
