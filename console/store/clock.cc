#include "console/clock.h"

#include <time.h>

namespace sekisho::console {

Clock SystemClock() {
  return Clock{
      .wall =
          [] {
            return std::chrono::time_point_cast<std::chrono::milliseconds>(
                std::chrono::system_clock::now());
          },
      .steady =
          [] {
            timespec now{};
            ::clock_gettime(CLOCK_BOOTTIME, &now);
            return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
          },
  };
}

}  // namespace sekisho::console
