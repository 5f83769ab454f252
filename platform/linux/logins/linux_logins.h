#ifndef SEKISHO_PLATFORM_LINUX_LOGINS_LINUX_LOGINS_H_
#define SEKISHO_PLATFORM_LINUX_LOGINS_LINUX_LOGINS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/api/logins.h"

namespace sekisho::platform {

// The machine's user database, /proc, and PAM's files.
class LinuxLogins : public Logins {
 public:
  // `root`: where PAM's folders are; "" is the machine's own.
  explicit LinuxLogins(std::string root = "") : root_(std::move(root)) {}

  Result<Account> ByName(const std::string& name) override;
  Result<Account> ByUid(unsigned uid) override;
  Result<std::vector<Account>> WhoCanLogIn() override;
  Result<std::vector<RunningProcess>> LineOf(int pid) override;
  bool AsksForPassword(const std::string& service) override;

 private:
  const std::string root_;
};

// Pure. The parent and the start of a process, from its /proc/PID/stat (proc(5)): the second field,
// its name, may hold anything, parentheses and blanks too.
struct StatLine {
  int parent = 0;
  std::uint64_t started = 0;
};
std::optional<StatLine> ParseStatLine(std::string_view line);

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_LOGINS_LINUX_LOGINS_H_
