#ifndef SEKISHO_AGENT_CORE_LOGIN_LOCKOUT_H_
#define SEKISHO_AGENT_CORE_LOGIN_LOCKOUT_H_

#include <chrono>
#include <optional>
#include <string>

#include "agent/core/grant.h"

namespace sekisho::core {

// Now, on a clock that nobody can set: CLOCK_BOOTTIME, and the boot that it counts in.
struct Moment {
  std::string boot_id;
  BootTime now{};
};

// Wrong answers in a row. Kept on disk: neither a restart nor a reboot clears it.
struct Tally {
  unsigned wrong = 0;
  // When the last one was.
  std::string boot_id;
  BootTime last{};
  friend bool operator==(const Tally&, const Tally&) = default;
};

// `free` wrong answers cost nothing; then each costs twice the time of the one before, from `first`
// up to `most`. Never for good: whoever knows a person's name must not be able to keep that person
// out for longer than `most`.
struct LockRule {
  unsigned free = 0;
  std::chrono::seconds first{};
  std::chrono::seconds most{};
};
// One factor; and one person, whatever is asked for.
inline constexpr LockRule kFactorLock{5, std::chrono::seconds(30), std::chrono::minutes(15)};
inline constexpr LockRule kPersonLock{10, std::chrono::seconds(30), std::chrono::minutes(15)};

// `tally` and one more wrong answer at `now`.
Tally OneMoreWrong(const Tally& tally, const Moment& now);

// How long it is locked still; none: it is not. In a later boot the whole time runs anew from that
// boot's beginning, since how long the machine was off is not known: a reboot never shortens it.
std::optional<BootTime> LockedFor(const Tally& tally, const LockRule& rule, const Moment& now);

}  // namespace sekisho::core

#endif  // SEKISHO_AGENT_CORE_LOGIN_LOCKOUT_H_
