#include "platform/linux/clock.h"

#include <fcntl.h>
#include <time.h>

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

}  // namespace sekisho::platform
