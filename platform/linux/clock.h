#ifndef SEKISHO_PLATFORM_LINUX_CLOCK_H_
#define SEKISHO_PLATFORM_LINUX_CLOCK_H_

#include <string>

#include "platform/api/clock.h"

namespace sekisho::platform {

class LinuxClock : public Clock {
 public:
  // Reads the boot id once; it cannot change. Aborts without /proc.
  LinuxClock();
  BootTime Now() const override;
  std::chrono::sys_time<std::chrono::milliseconds> WallNow() const override;
  LocalTime LocalNow() const override;
  std::string BootId() const override { return boot_id_; }

 private:
  std::string boot_id_;
};

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_CLOCK_H_
