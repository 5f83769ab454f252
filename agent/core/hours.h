#ifndef SEKISHO_AGENT_CORE_HOURS_H_
#define SEKISHO_AGENT_CORE_HOURS_H_

#include <chrono>
#include <optional>

#include "agent/core/policy.h"
#include "agent/core/surroundings.h"

namespace sekisho::core {

inline constexpr unsigned kMinutesADay = 24 * 60;
inline constexpr unsigned kMinutesAWeek = 7 * kMinutesADay;

// Whether `now` is within: on one of its days, or on the day after one of them where it ends then.
bool Holds(const WeeklyHours& hours, const LocalTime& now);

// From now to the next minute at which any rule's hours begin or end, at least one and at most a
// week; none when no rule asks.
std::optional<std::chrono::minutes> UntilHoursChange(const Policy& policy, const LocalTime& now);

}  // namespace sekisho::core

#endif  // SEKISHO_AGENT_CORE_HOURS_H_
