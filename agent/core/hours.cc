#include "agent/core/hours.h"

#include <algorithm>

namespace sekisho::core {
namespace {

bool BeginsOn(const WeeklyHours& hours, unsigned weekday) {
  return hours.weekdays == 0 || (hours.weekdays >> weekday & 1) != 0;
}

bool EndsOnNextDay(const WeeklyHours& hours) { return hours.until_minute < hours.from_minute; }

}  // namespace

bool Holds(const WeeklyHours& hours, const LocalTime& now) {
  const bool begins_today = BeginsOn(hours, now.weekday);
  if (!EndsOnNextDay(hours)) {
    return begins_today && now.minute >= hours.from_minute && now.minute < hours.until_minute;
  }
  const unsigned yesterday = (now.weekday + 6) % 7;
  return (begins_today && now.minute >= hours.from_minute) ||
         (BeginsOn(hours, yesterday) && now.minute < hours.until_minute);
}

std::optional<std::chrono::minutes> UntilHoursChange(const Policy& policy, const LocalTime& now) {
  std::optional<unsigned> least;
  const unsigned today = now.weekday * kMinutesADay + now.minute;
  const auto consider = [&](unsigned minute_of_week) {
    const unsigned until = (minute_of_week + kMinutesAWeek - today) % kMinutesAWeek;
    const unsigned strictly = until == 0 ? kMinutesAWeek : until;
    least = std::min(least.value_or(strictly), strictly);
  };
  for (const DeviceRule& rule : policy.rules) {
    for (const WeeklyHours& hours : rule.match.hours) {
      for (unsigned weekday = 0; weekday < 7; ++weekday) {
        if (!BeginsOn(hours, weekday)) continue;
        const unsigned midnight = weekday * kMinutesADay;
        consider(midnight + hours.from_minute);
        consider(midnight + hours.until_minute + (EndsOnNextDay(hours) ? kMinutesADay : 0));
      }
    }
  }
  if (!least) return std::nullopt;
  return std::chrono::minutes(*least);
}

}  // namespace sekisho::core
