#include "platform/linux/seat.h"

#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <systemd/sd-login.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <string_view>

#include "platform/linux/descriptor_fd.h"

namespace sekisho::platform {
namespace {

struct Free {
  void operator()(char* text) const { free(text); }
};
using Text = std::unique_ptr<char, Free>;

// Of one account; asked again with room when there are more.
constexpr std::size_t kUsualGroups = 64;

}  // namespace

Result<SeatPerson> LogindSeat::Active() {
  char* raw = nullptr;
  uid_t uid = 0;
  const int found = sd_seat_get_active("seat0", &raw, &uid);
  const Text session(raw);
  // ENXIO: no logind data, or no such seat; ENODATA: nobody there.
  if (found == -ENXIO || found == -ENODATA || found == -ENOENT || session == nullptr) {
    return MakeFailure(ENOENT, "active session of seat0");
  }
  if (found < 0) return MakeFailure(-found, "active session of seat0");

  char* raw_class = nullptr;
  const int known = sd_session_get_class(session.get(), &raw_class);
  const Text session_class(raw_class);
  if (known < 0 || std::string_view(session_class.get()) != "user") {
    return MakeFailure(ENOENT, "active session of seat0 is nobody's");
  }

  SeatPerson person;
  person.uid = uid;
  std::array<char, 16384> buffer;
  passwd entry{};
  passwd* account = nullptr;
  getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &account);
  person.name = account != nullptr ? account->pw_name : std::to_string(uid);
  return person;
}

LogindSeat::~LogindSeat() { Unwatch(); }

std::vector<std::string> LogindSeat::GroupsOf(const SeatPerson& person) {
  std::array<char, 16384> buffer;
  passwd entry{};
  passwd* account = nullptr;
  getpwuid_r(person.uid, &entry, buffer.data(), buffer.size(), &account);
  if (account == nullptr) return {};
  std::vector<gid_t> ids(kUsualGroups);
  int count = static_cast<int>(ids.size());
  if (getgrouplist(account->pw_name, account->pw_gid, ids.data(), &count) < 0) {
    ids.resize(static_cast<std::size_t>(std::max(count, 0)));
    if (getgrouplist(account->pw_name, account->pw_gid, ids.data(), &count) < 0) return {};
  }
  ids.resize(static_cast<std::size_t>(count));
  std::vector<std::string> names;
  for (const gid_t id : ids) {
    group group_entry{};
    group* found = nullptr;
    getgrgid_r(id, &group_entry, buffer.data(), buffer.size(), &found);
    names.push_back(found != nullptr ? found->gr_name : std::to_string(id));
  }
  return names;
}

Result<Waitable> LogindSeat::Watch() {
  if (monitor_ == nullptr) {
    const int made = sd_login_monitor_new("seat", &monitor_);
    if (made < 0) {
      monitor_ = nullptr;
      return MakeFailure(-made, "watch of the seats");
    }
  }
  const int fd = sd_login_monitor_get_fd(monitor_);
  if (fd < 0) return MakeFailure(-fd, "watch of the seats");
  return Waitable{fd};
}

void LogindSeat::TakeChanges() {
  if (monitor_ != nullptr) sd_login_monitor_flush(monitor_);
}

void LogindSeat::Unwatch() { monitor_ = sd_login_monitor_unref(monitor_); }

}  // namespace sekisho::platform
