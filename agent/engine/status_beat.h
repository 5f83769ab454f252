#ifndef SEKISHO_AGENT_ENGINE_STATUS_BEAT_H_
#define SEKISHO_AGENT_ENGINE_STATUS_BEAT_H_

#include <optional>

#include "agent/core/grant.h"
#include "platform/api/clock.h"

namespace sekisho::engine {

// When the next Status is due: contract::kStatusPeriod from now, moved by half a
// contract::kStatusBeat at most, so that it falls on a beat of the console's clock (decision 0009).
// Without a known time of the console it is not moved.
platform::BootTime NextStatus(platform::BootTime now, std::optional<core::WallTime> console_now);

}  // namespace sekisho::engine

#endif  // SEKISHO_AGENT_ENGINE_STATUS_BEAT_H_
