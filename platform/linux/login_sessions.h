#ifndef SEKISHO_PLATFORM_LINUX_LOGIN_SESSIONS_H_
#define SEKISHO_PLATFORM_LINUX_LOGIN_SESSIONS_H_

#include <systemd/sd-login.h>

#include <memory>

#include "platform/api/login_sessions.h"

namespace sekisho::platform {

// logind's sessions of the class "user" (sd_session_get_class(3)); told by inotify.
class LogindSessions : public LoginSessions {
 public:
  static Result<std::unique_ptr<LogindSessions>> Start();
  ~LogindSessions() override;
  LogindSessions(const LogindSessions&) = delete;
  LogindSessions& operator=(const LogindSessions&) = delete;

  Waitable Readable() const override { return sd_login_monitor_get_fd(monitor_); }
  void TakeChanges() override { sd_login_monitor_flush(monitor_); }
  Result<std::vector<LoginSession>> Present() override;
  Result<std::string> Of(int pid) override;

 private:
  explicit LogindSessions(sd_login_monitor* monitor) : monitor_(monitor) {}
  sd_login_monitor* const monitor_;
};

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_LOGIN_SESSIONS_H_
