#ifndef SEKISHO_PLATFORM_API_CLOCK_H_
#define SEKISHO_PLATFORM_API_CLOCK_H_

#include <chrono>
#include <string>

namespace sekisho::platform {

// Time as this boot counts it, suspend included (Linux: CLOCK_BOOTTIME; Windows:
// QueryInterruptTimePrecise).
using BootTime = std::chrono::nanoseconds;

// Now on the machine's own calendar, in its time zone.
struct LocalTime {
  unsigned weekday = 0;  // 0 is Monday, 6 Sunday
  unsigned minute = 0;   // since midnight, 0..1439
  unsigned second = 0;   // of that minute
};

class Clock {
 public:
  virtual ~Clock() = default;
  virtual BootTime Now() const = 0;
  // The wall clock; may be wrong by years. For display only.
  virtual std::chrono::sys_time<std::chrono::milliseconds> WallNow() const = 0;
  // The same wall clock.
  virtual LocalTime LocalNow() const = 0;
  // Names this boot for ever (Linux: /proc/sys/kernel/random/boot_id).
  virtual std::string BootId() const = 0;
};

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_API_CLOCK_H_
