#include "platform/linux/clock.h"

#include <fcntl.h>
#include <time.h>

#include <algorithm>
#include <cstdlib>

#include "platform/linux/descriptor_fd.h"

namespace sekisho::platform {

LinuxClock::LinuxClock() {
  Result<std::string> boot_id = ReadTextAt(AT_FDCWD, "/proc/sys/kernel/random/boot_id", 64);
  if (!boot_id.ok()) std::abort();  // no deadline could be read without it
  boot_id_ = *boot_id;
}

BootTime LinuxClock::Now() const {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

std::chrono::sys_time<std::chrono::milliseconds> LinuxClock::WallNow() const {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

LocalTime LinuxClock::LocalNow() const {
  const time_t now = time(nullptr);
  tm local{};
  tzset();  // somebody may have given the machine another zone
  localtime_r(&now, &local);
  return {.weekday = static_cast<unsigned>(local.tm_wday + 6) % 7,
          .minute = static_cast<unsigned>(local.tm_hour * 60 + local.tm_min),
          .second = static_cast<unsigned>(std::min(local.tm_sec, 59))};
}

}  // namespace sekisho::platform
