#include "agent/engine/surroundings_watch.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/core/hours.h"
#include "agent/engine/log.h"

namespace sekisho::engine {

void SurroundingsWatch::Look() {
  const core::Policy* policy = policies_.policy();
  if (policy == nullptr) {
    looked_at_.clear();
    asks_person_ = asks_hours_ = false;
    return;
  }
  if (looked_at_ == policies_.hash()) return;
  looked_at_ = policies_.hash();
  asks_person_ = std::ranges::any_of(policy->rules, [](const core::DeviceRule& rule) {
    return !rule.match.users.empty() || !rule.match.user_groups.empty();
  });
  asks_hours_ = std::ranges::any_of(
      policy->rules, [](const core::DeviceRule& rule) { return !rule.match.hours.empty(); });
}

core::Surroundings SurroundingsWatch::Now() {
  Look();
  core::Surroundings surroundings;
  if (asks_hours_) {
    const platform::LocalTime now = seams_.clock.LocalNow();
    surroundings.local_time = core::LocalTime{.weekday = now.weekday, .minute = now.minute};
  }
  if (asks_person_) {
    if (const platform::Result<platform::SeatPerson> person = seams_.seat.Active(); person.ok()) {
      surroundings.person =
          core::Person{.name = person->name, .groups = seams_.seat.GroupsOf(*person)};
    }
  }
  return surroundings;
}

void SurroundingsWatch::Arrange() {
  Look();
  if (!asks_person_) {
    if (std::exchange(seat_watch_, nullptr) != nullptr) seams_.seat.Unwatch();
  } else if (seat_watch_ == nullptr) {
    if (const platform::Result<platform::Waitable> seat = seams_.seat.Watch(); seat.ok()) {
      seat_watch_ = seams_.loop.WatchReadable(*seat, [this] {
        seams_.seat.TakeChanges();
        changed_();
      });
    } else {
      // The next reconciliation asks who is there and tries again: a minute from now at most.
      Log(Severity::kError, absl::StrCat("the seat: ", seat.failure().ToString()));
    }
  }
  alarm_.reset();
  if (!asks_hours_) return;
  const platform::LocalTime now = seams_.clock.LocalNow();
  const std::optional<std::chrono::minutes> until =
      core::UntilHoursChange(*policies_.policy(), {.weekday = now.weekday, .minute = now.minute});
  if (!until) return;
  // Not before that minute has begun on the calendar, whose seconds are not cut where ours are.
  constexpr std::chrono::milliseconds kIntoTheMinute{50};
  const platform::BootTime when =
      seams_.clock.Now() + *until - std::chrono::seconds(now.second) + kIntoTheMinute;
  alarm_ = seams_.loop.At(when, [this] { changed_(); });
}

}  // namespace sekisho::engine
