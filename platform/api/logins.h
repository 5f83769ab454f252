#ifndef SEKISHO_PLATFORM_API_LOGINS_H_
#define SEKISHO_PLATFORM_API_LOGINS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "platform/api/result.h"

namespace sekisho::platform {

// Somebody in the user database.
struct Account {
  unsigned uid = 0;
  std::string name;
};

// A process, named so that another one with the same number is not taken for it (Linux: the 22nd
// field of /proc/PID/stat).
struct RunningProcess {
  int pid = 0;
  std::uint64_t started = 0;
  friend bool operator==(const RunningProcess&, const RunningProcess&) = default;
};

// What the operating system knows of whoever logs in, and of what asks for it.
class Logins {
 public:
  virtual ~Logins() = default;
  // ENOENT when there is no such person.
  virtual Result<Account> ByName(const std::string& name) = 0;
  virtual Result<Account> ByUid(unsigned uid) = 0;
  // Everybody who has a password and a shell, root too.
  virtual Result<std::vector<Account>> WhoCanLogIn() = 0;
  // The process and what started it, outwards, without the first process of all; ENOENT when it has
  // gone.
  virtual Result<std::vector<RunningProcess>> LineOf(int pid) = 0;
  // Whether nobody gets through this service's stack, whatever the other modules say, unless a
  // module that knows a password said yes (Linux: PAM, as libpam would read it now).
  virtual bool AsksForPassword(const std::string& service) = 0;
};

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_API_LOGINS_H_
