#include "platform/linux/login_sessions.h"

#include <stdlib.h>

#include <cerrno>
#include <optional>
#include <string>

#include "platform/linux/descriptor_fd.h"

namespace sekisho::platform {
namespace {

// What one of sd-login's questions about a session is answered with; empty when it is not.
std::string Ask(int (*question)(const char*, char**), const char* session) {
  char* raw = nullptr;
  if (question(session, &raw) < 0 || raw == nullptr) return "";
  const std::unique_ptr<char, void (*)(void*)> text(raw, free);
  return text.get();
}

std::optional<LoginSession> Read(const char* id) {
  LoginSession session;
  session.id = id;
  uid_t uid = 0;
  if (Ask(sd_session_get_class, id) != "user" || Ask(sd_session_get_state, id) == "closing" ||
      sd_session_get_uid(id, &uid) < 0) {
    return std::nullopt;
  }
  session.uid = uid;
  session.service = Ask(sd_session_get_service, id);
  session.tty = Ask(sd_session_get_tty, id);
  session.host = Ask(sd_session_get_remote_host, id);
  return session;
}

}  // namespace

Result<std::unique_ptr<LogindSessions>> LogindSessions::Start() {
  sd_login_monitor* monitor = nullptr;
  const int made = sd_login_monitor_new("session", &monitor);
  if (made < 0) return MakeFailure(-made, "watch of the sessions");
  return std::unique_ptr<LogindSessions>(new LogindSessions(monitor));
}

LogindSessions::~LogindSessions() { sd_login_monitor_unref(monitor_); }

Result<std::vector<LoginSession>> LogindSessions::Present() {
  char** ids = nullptr;
  const int found = sd_get_sessions(&ids);
  if (found < 0) return MakeFailure(-found, "list the sessions");
  std::vector<LoginSession> sessions;
  for (char** id = ids; id != nullptr && *id != nullptr; ++id) {
    if (std::optional<LoginSession> session = Read(*id)) sessions.push_back(*std::move(session));
    free(*id);
  }
  free(ids);
  return sessions;
}

Result<std::string> LogindSessions::Of(int pid) {
  char* raw = nullptr;
  const int found = sd_pid_get_session(pid, &raw);
  if (found < 0 || raw == nullptr) return MakeFailure(found < 0 ? -found : ENODATA, "session of");
  const std::unique_ptr<char, void (*)(void*)> id(raw, free);
  return std::string(id.get());
}

}  // namespace sekisho::platform
