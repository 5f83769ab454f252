#ifndef SEKISHO_PLATFORM_FAKE_CLOCK_H_
#define SEKISHO_PLATFORM_FAKE_CLOCK_H_

#include <string>
#include <utility>

#include "platform/api/clock.h"

namespace sekisho::platform::fake {

// A clock that stands still until a test moves it. The wall clock moves along, unless it is set.
class ManualClock : public Clock {
 public:
  BootTime Now() const override { return now_; }
  std::chrono::sys_time<std::chrono::milliseconds> WallNow() const override {
    return wall_base_ + std::chrono::duration_cast<std::chrono::milliseconds>(now_);
  }
  // UTC, where nobody lives.
  LocalTime LocalNow() const override {
    const auto second = std::chrono::floor<std::chrono::seconds>(WallNow());
    const auto day = std::chrono::floor<std::chrono::days>(second);
    const auto since = static_cast<unsigned>((second - day).count());
    return {.weekday = std::chrono::weekday(day).iso_encoding() - 1,
            .minute = since / 60,
            .second = since % 60};
  }
  std::string BootId() const override { return boot_id_; }

  void Advance(BootTime step) { now_ += step; }
  void SetNow(BootTime now) { now_ = now; }
  // Somebody sets the wall clock; boot time does not move.
  void SetWall(std::chrono::sys_time<std::chrono::milliseconds> wall) {
    wall_base_ = wall - std::chrono::duration_cast<std::chrono::milliseconds>(now_);
  }
  // A new boot: boot time starts again, wall time goes on.
  void Reboot(std::string boot_id) {
    const auto wall = WallNow();
    boot_id_ = std::move(boot_id);
    now_ = std::chrono::seconds(10);
    SetWall(wall);
  }

 private:
  BootTime now_ = std::chrono::seconds(10);
  // 2026-04-01 00:00:00 UTC.
  std::chrono::sys_time<std::chrono::milliseconds> wall_base_{std::chrono::seconds(1775001600)};
  std::string boot_id_ = "00000000-0000-4000-8000-000000000001";
};

}  // namespace sekisho::platform::fake

#endif  // SEKISHO_PLATFORM_FAKE_CLOCK_H_
