#ifndef SEKISHO_PLATFORM_LINUX_SEAT_H_
#define SEKISHO_PLATFORM_LINUX_SEAT_H_

#include <systemd/sd-login.h>

#include "platform/api/files.h"

namespace sekisho::platform {

// logind's active session of seat0; a greeter or a lock screen of the system is nobody (ENOENT).
class LogindSeat : public Seat {
 public:
  LogindSeat() = default;
  ~LogindSeat() override;
  LogindSeat(const LogindSeat&) = delete;
  LogindSeat& operator=(const LogindSeat&) = delete;

  Result<SeatPerson> Active() override;
  std::vector<std::string> GroupsOf(const SeatPerson& person) override;
  Result<Waitable> Watch() override;
  void TakeChanges() override;
  void Unwatch() override;

 private:
  sd_login_monitor* monitor_ = nullptr;  // of /run/systemd/seats, by inotify
};

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_SEAT_H_
