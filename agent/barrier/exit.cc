#include "agent/barrier/exit.h"

#include <time.h>

#include <filesystem>
#include <iostream>
#include <span>
#include <system_error>

#include "platform/linux/clock.h"
#include "platform/linux/files.h"

namespace sekisho::barrier {

using platform::Outcome;

Exit Complain(const platform::Failure& failure) {
  std::cerr << "sekisho-barrier: " << failure.ToString() << "\n";
  return Exit::kFailed;
}

void SleepUntil(platform::BootTime deadline) {
  const platform::LinuxClock clock;
  while (clock.Now() < deadline) {
    const timespec until{deadline.count() / 1000000000, deadline.count() % 1000000000};
    clock_nanosleep(CLOCK_BOOTTIME, TIMER_ABSTIME, &until, nullptr);
  }
}

Outcome LeaveRecord(const std::string& path, const std::string& text, platform::FileMode mode) {
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
  if (error) return platform::Failure{error, "create the directory of " + path};
  return platform::LinuxFiles().Replace(path, std::as_bytes(std::span(text)), mode);
}

}  // namespace sekisho::barrier
