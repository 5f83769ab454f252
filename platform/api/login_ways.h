#ifndef SEKISHO_PLATFORM_API_LOGIN_WAYS_H_
#define SEKISHO_PLATFORM_API_LOGIN_WAYS_H_

#include <functional>
#include <string>
#include <vector>

#include "platform/api/result.h"
#include "platform/api/touch_watch.h"

namespace sekisho::platform {

// A way into the machine, and what it asks of a person.
struct LoginWay {
  enum class Factors {
    kRefuses,
    kTwo,      // of different kinds, whichever way through it is taken
    kOne,      // one is enough, or none
    kNoLogin,  // starts what another program does, for a person who is in already or for none
    kUnknown,  // could not be read
  } factors = Factors::kUnknown;
  // "login", "sshd"; "sshd publickey" for one that does not ask PAM; "gdm autologin".
  std::string name;
  std::vector<std::string> enough{};  // kOne: these modules or methods, together
  friend bool operator==(const LoginWay&, const LoginWay&) = default;
};

// Looks at the ways in, and tells when one may have changed.
class LoginWatch : public TouchWatch {
 public:
  // All of them, read outside of the loop; calls back once, on the loop's thread, and not at all
  // once this is destroyed. EALREADY while a look is under way.
  virtual void Look(std::function<void(Result<std::vector<LoginWay>>)> seen) = 0;
};

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_API_LOGIN_WAYS_H_
