#include "agent/engine/status_beat.h"

#include <chrono>

#include "proto/contract/bounds.h"

namespace sekisho::engine {

platform::BootTime NextStatus(platform::BootTime now, std::optional<core::WallTime> console_now) {
  const platform::BootTime due = now + contract::kStatusPeriod;
  if (!console_now) return due;
  const auto past =
      (*console_now + contract::kStatusPeriod).time_since_epoch() % contract::kStatusBeat;
  return past * 2 <= contract::kStatusBeat ? due - past : due + (contract::kStatusBeat - past);
}

}  // namespace sekisho::engine
