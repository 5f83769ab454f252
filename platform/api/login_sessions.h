#ifndef SEKISHO_PLATFORM_API_LOGIN_SESSIONS_H_
#define SEKISHO_PLATFORM_API_LOGIN_SESSIONS_H_

#include <string>
#include <vector>

#include "platform/api/event_loop.h"
#include "platform/api/result.h"

namespace sekisho::platform {

// Somebody who is logged in, as the operating system counts them (Linux: logind).
struct LoginSession {
  std::string id;  // no other session of this boot has it
  unsigned uid = 0;
  std::string service;  // as PAM names it
  std::string tty;
  std::string host;  // from where, when from elsewhere
  friend bool operator==(const LoginSession&, const LoginSession&) = default;
};

class LoginSessions {
 public:
  virtual ~LoginSessions() = default;
  // Becomes readable when a session comes, changes or goes.
  virtual Waitable Readable() const = 0;
  // Takes what made it readable.
  virtual void TakeChanges() = 0;
  // People's: greeters, lock screens, and what runs in the background for nobody are left out, and
  // so is what is about to end.
  virtual Result<std::vector<LoginSession>> Present() = 0;
  // The session that a process is in; ENODATA: none.
  virtual Result<std::string> Of(int pid) = 0;
};

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_API_LOGIN_SESSIONS_H_
