// pam_sekisho.so: carries the conversation between a person who logs in and sekisho-agentd, which
// decides. Verifies nothing and keeps nothing. Starts at failure: whatever is not a yes of agentd's
// is a no (pam_sekisho(8)).
#include <security/pam_appl.h>
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <syslog.h>

#include <cstdlib>
#include <cstring>
#include <new>
#include <optional>
#include <string>
#include <string_view>

#include "platform/linux/pam/agentd_line.h"
#include "platform/linux/pam/login_file.h"

namespace sekisho::platform {
namespace {

using Kind = LoginEnvelope::Kind;
using Verdict = LoginEnvelope::Verdict;

// The four ways in which libpam asks (pam(3)).
enum class Asked { kAuthenticate, kAccount, kOpenSession, kCloseSession };

struct Options {
  std::string socket = "/run/sekisho/login.sock";
  std::string logins = "/var/lib/sekisho/logins";
};

// None, and said: an option that is not known may be a misspelt restriction.
std::optional<Options> ReadOptions(pam_handle_t* pam, int count, const char** arguments) {
  Options options;
  for (int i = 0; i < count; ++i) {
    const std::string_view argument = arguments[i];
    constexpr std::string_view kSocket = "socket=/";
    constexpr std::string_view kLogins = "logins=/";
    if (argument.starts_with(kSocket)) {
      options.socket = argument.substr(kSocket.size() - 1);
    } else if (argument.starts_with(kLogins)) {
      options.logins = argument.substr(kLogins.size() - 1);
    } else {
      pam_syslog(pam, LOG_ERR, "unknown option: %s", arguments[i]);
      return std::nullopt;
    }
  }
  return options;
}

Kind KindOf(Asked asked) {
  switch (asked) {
    case Asked::kAuthenticate:
      return Kind::kAuthenticate;
    case Asked::kAccount:
      return Kind::kAccount;
    case Asked::kOpenSession:
      return Kind::kOpenSession;
    case Asked::kCloseSession:
      return Kind::kCloseSession;
  }
  return Kind::kAuthenticate;
}

// No, as each of the four says it.
int Refusal(Asked asked) {
  switch (asked) {
    case Asked::kAuthenticate:
      return PAM_AUTH_ERR;
    case Asked::kAccount:
      return PAM_PERM_DENIED;
    case Asked::kOpenSession:
    case Asked::kCloseSession:
      return PAM_SESSION_ERR;
  }
  return PAM_AUTH_ERR;
}

// The one place where a verdict becomes what libpam understands.
int CodeOf(Asked asked, std::optional<Verdict> verdict) {
  if (!verdict) {
    return asked == Asked::kAuthenticate ? PAM_AUTHINFO_UNAVAIL : Refusal(asked);
  }
  switch (*verdict) {
    case Verdict::kGranted:
      return PAM_SUCCESS;
    case Verdict::kNotAsked:
      return PAM_IGNORE;
    case Verdict::kDenied:
      return Refusal(asked);
    case Verdict::kLocked:
      return asked == Asked::kAuthenticate ? PAM_MAXTRIES : Refusal(asked);
    case Verdict::kUnavailable:
      return asked == Asked::kAuthenticate ? PAM_AUTHINFO_UNAVAIL : Refusal(asked);
  }
  return Refusal(asked);
}

std::string Item(pam_handle_t* pam, int item) {
  const void* value = nullptr;
  if (pam_get_item(pam, item, &value) != PAM_SUCCESS || value == nullptr) return "";
  return static_cast<const char*>(value);
}

// As the person's programs choose it; on the way in that is what the application was started with.
std::string Language() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0')
      return std::string_view(value).substr(0, 2) == "ja" ? "ja" : "";
  }
  return "";
}

enum class Speaking { kAloud, kSilent };
enum class Tone { kNews, kRefusal };

void Tell(pam_handle_t* pam, Speaking speaking, Tone tone, const std::string& text) {
  if (text.empty() || speaking == Speaking::kSilent) return;
  if (tone == Tone::kRefusal) {
    pam_error(pam, "%s", text.c_str());
  } else {
    pam_info(pam, "%s", text.c_str());
  }
}

void Wipe(char* text) {
  explicit_bzero(text, std::strlen(text));
  std::free(text);
}

// What the person types; none: nothing, or the application cannot ask.
std::optional<std::string> Converse(pam_handle_t* pam, const LoginEnvelope& question) {
  char* typed = nullptr;
  const int style =
      question.kind == Kind::kShownQuestion ? PAM_PROMPT_ECHO_ON : PAM_PROMPT_ECHO_OFF;
  if (pam_prompt(pam, style, &typed, "%s", question.text.c_str()) != PAM_SUCCESS ||
      typed == nullptr) {
    return std::nullopt;
  }
  std::string answer(typed);
  Wipe(typed);
  return answer;
}

// agentd does not answer: what it wrote down for that holds.
int Unanswered(pam_handle_t* pam, Asked asked, Speaking speaking, const Options& options,
               const std::string& service, const std::string& trouble) {
  pam_syslog(pam, LOG_ERR, "sekisho-agentd does not answer: %s", trouble.c_str());
  if (PassesUnasked(ReadLoginFile(options.logins), service)) {
    return CodeOf(asked, Verdict::kNotAsked);
  }
  Tell(pam, speaking, Tone::kRefusal,
       Language() == "ja" ? "Sekisho が応答しないためログインできません。管理者に連絡してください。"
                          : "Sekisho does not answer, so nobody can log in. Call the helpdesk.");
  return CodeOf(asked, std::nullopt);
}

int Serve(pam_handle_t* pam, Asked asked, int flags, int count, const char** arguments) {
  const std::optional<Options> options = ReadOptions(pam, count, arguments);
  if (!options) return PAM_SERVICE_ERR;
  // Whoever leaves is not told what no longer concerns them.
  const bool silent = (flags & PAM_SILENT) != 0 || asked == Asked::kCloseSession;
  const Speaking speaking = silent ? Speaking::kSilent : Speaking::kAloud;

  LoginEnvelope envelope;
  envelope.kind = KindOf(asked);
  const char* user = nullptr;
  // Asks for the name where nobody has yet.
  if (pam_get_user(pam, &user, nullptr) != PAM_SUCCESS || user == nullptr) return Refusal(asked);
  envelope.user = user;
  envelope.service = Item(pam, PAM_SERVICE);
  envelope.remote_user = Item(pam, PAM_RUSER);
  envelope.tty = Item(pam, PAM_TTY);
  envelope.remote_host = Item(pam, PAM_RHOST);
  envelope.language = Language();

  AgentdLine agentd;
  const std::string service = envelope.service;
  while (true) {
    std::optional<LoginEnvelope> answer = agentd.Ask(options->socket, envelope);
    explicit_bzero(envelope.text.data(), envelope.text.size());
    if (!answer) return Unanswered(pam, asked, speaking, *options, service, agentd.Trouble());
    if (answer->kind == Kind::kVerdict) {
      const int code = CodeOf(asked, answer->verdict);
      const bool in = code == PAM_SUCCESS || code == PAM_IGNORE;
      Tell(pam, speaking, in ? Tone::kNews : Tone::kRefusal, answer->text);
      return code;
    }
    // Only somebody who logs in is asked anything.
    if (asked != Asked::kAuthenticate) return Refusal(asked);
    std::optional<std::string> typed = Converse(pam, *answer);
    envelope = LoginEnvelope{};
    envelope.kind = Kind::kAnswer;
    // Longer than any code: wrong, and said to be, by agentd.
    if (typed) envelope.text = typed->substr(0, kMaxLoginField);
    if (typed) explicit_bzero(typed->data(), typed->size());
  }
}

// No exception reaches libpam, which is C.
int ServeSafely(pam_handle_t* pam, Asked asked, int flags, int count, const char** arguments) {
  try {
    return Serve(pam, asked, flags, count, arguments);
  } catch (const std::bad_alloc&) {
    return PAM_BUF_ERR;
  } catch (...) {
    return PAM_SYSTEM_ERR;
  }
}

}  // namespace
}  // namespace sekisho::platform

using sekisho::platform::Asked;
using sekisho::platform::ServeSafely;

extern "C" {

int pam_sm_authenticate(pam_handle_t* pam, int flags, int count, const char** arguments) {
  return ServeSafely(pam, Asked::kAuthenticate, flags, count, arguments);
}

// There are no credentials to set. In step with what authenticating said: libpam walks the frozen
// chain of that, so a success is only ever asked of a module that said it (pam_dispatch.c).
int pam_sm_setcred(pam_handle_t* pam, int flags, int count, const char** arguments) {
  (void)pam, (void)flags, (void)count, (void)arguments;
  return PAM_SUCCESS;
}

int pam_sm_acct_mgmt(pam_handle_t* pam, int flags, int count, const char** arguments) {
  return ServeSafely(pam, Asked::kAccount, flags, count, arguments);
}

int pam_sm_open_session(pam_handle_t* pam, int flags, int count, const char** arguments) {
  return ServeSafely(pam, Asked::kOpenSession, flags, count, arguments);
}

int pam_sm_close_session(pam_handle_t* pam, int flags, int count, const char** arguments) {
  return ServeSafely(pam, Asked::kCloseSession, flags, count, arguments);
}

}  // extern "C"
