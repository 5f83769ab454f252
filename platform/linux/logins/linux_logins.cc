#include "platform/linux/logins/linux_logins.h"

#include <fcntl.h>
#include <pwd.h>
#include <shadow.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <string_view>

#include "platform/linux/descriptor_fd.h"
#include "platform/linux/logins/login_ways.h"

namespace sekisho::platform {
namespace {

using Buffer = std::array<char, 16384>;
// A login is started by few; whoever has more ancestors than this has them for another reason.
constexpr int kMostAncestors = 12;

Result<Account> AccountOf(int error, const passwd* found, const std::string& whom) {
  if (found == nullptr) return MakeFailure(error != 0 ? error : ENOENT, "user " + whom);
  return Account{found->pw_uid, found->pw_name};
}

bool IsShell(std::string_view shell) {
  const std::string_view name = shell.substr(shell.rfind('/') + 1);
  return name != "nologin" && name != "false" && name != "sync";
}

// What shadow(5) says of a password that opens something: not locked, not impossible.
bool HasPassword(const std::string& name) {
  Buffer buffer;
  spwd entry{};
  spwd* found = nullptr;
  getspnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
  // Of somebody who is not in there, another module knows the password.
  if (found == nullptr) return true;
  const std::string_view hash = found->sp_pwdp == nullptr ? "" : found->sp_pwdp;
  return !hash.starts_with('!') && !hash.starts_with('*');
}

template <typename Number>
std::optional<Number> NumberOf(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

Result<Account> LinuxLogins::ByName(const std::string& name) {
  Buffer buffer;
  passwd entry{};
  passwd* found = nullptr;
  const int error = getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
  return AccountOf(error, found, name);
}

Result<Account> LinuxLogins::ByUid(unsigned uid) {
  Buffer buffer;
  passwd entry{};
  passwd* found = nullptr;
  const int error = getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found);
  return AccountOf(error, found, std::to_string(uid));
}

Result<std::vector<Account>> LinuxLogins::WhoCanLogIn() {
  std::vector<Account> accounts;
  setpwent();
  errno = 0;
  Buffer buffer;
  passwd entry{};
  passwd* found = nullptr;
  // One thread: the position in the database is the process's.
  while (getpwent_r(&entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) {
    if (IsShell(found->pw_shell) && HasPassword(found->pw_name)) {
      accounts.push_back({found->pw_uid, found->pw_name});
    }
  }
  endpwent();
  return accounts;
}

std::optional<StatLine> ParseStatLine(std::string_view line) {
  const std::size_t name_end = line.rfind(')');
  if (name_end == std::string_view::npos) return std::nullopt;
  line.remove_prefix(name_end + 1);
  // From here on the third field, "S", comes first: the parent is the fourth, the start the 22nd.
  StatLine stat;
  bool has_parent = false;
  for (int field = 3; !line.empty(); ++field) {
    if (line.front() != ' ') return std::nullopt;
    line.remove_prefix(1);
    const std::string_view value = line.substr(0, line.find(' '));
    line.remove_prefix(value.size());
    if (field == 4) {
      const std::optional<int> parent = NumberOf<int>(value);
      if (!parent) return std::nullopt;
      stat.parent = *parent;
      has_parent = true;
    }
    if (field == 22) {
      const std::optional<std::uint64_t> started = NumberOf<std::uint64_t>(value);
      if (!started || !has_parent) return std::nullopt;
      stat.started = *started;
      return stat;
    }
  }
  return std::nullopt;
}

Result<std::vector<RunningProcess>> LinuxLogins::LineOf(int pid) {
  std::vector<RunningProcess> line;
  while (pid > 1 && static_cast<int>(line.size()) < kMostAncestors) {
    const std::string path = "/proc/" + std::to_string(pid) + "/stat";
    const Result<std::string> text = ReadTextAt(AT_FDCWD, path, 4096);
    // Whoever started it may have gone in the meantime; itself it must be there.
    if (!text.ok() && line.empty()) return text.failure();
    if (!text.ok()) break;
    const std::optional<StatLine> stat = ParseStatLine(*text);
    if (!stat) return MakeFailure(EINVAL, path);
    line.push_back({pid, stat->started});
    pid = stat->parent;
  }
  if (line.empty()) return MakeFailure(ENOENT, "process " + std::to_string(pid));
  return line;
}

bool LinuxLogins::AsksForPassword(const std::string& service) {
  return AsksForPasswordBelow(root_, service);
}

}  // namespace sekisho::platform
