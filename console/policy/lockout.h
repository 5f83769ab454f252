#ifndef SEKISHO_CONSOLE_POLICY_LOCKOUT_H_
#define SEKISHO_CONSOLE_POLICY_LOCKOUT_H_

#include <span>
#include <string>
#include <vector>

#include "agent/core/policy.h"
#include "console/store/device_store.h"

namespace sekisho::console::policy {

enum class Input { kKeyboard, kPointer };

// A terminal of which the last open one of a kind would be shut.
struct LockedOut {
  std::string terminal_id;
  std::string terminal_name;
  Input input = Input::kKeyboard;
  store::PresentDevice device;  // one that it has now
};

// Whom `policy` would leave without. `present`: what is plugged in at its terminals, by terminal. A
// terminal that has none open, a headless one, loses nothing. What belongs to a terminal or runs
// under an exception stays; a rule that asks who is there or what time it is counts as not opening.
// Where the agent has just started, what it has not named yet counts as there.
std::vector<LockedOut> LockedOutBy(const core::Policy& policy,
                                   std::span<const store::PresentDevice> present);

}  // namespace sekisho::console::policy

#endif  // SEKISHO_CONSOLE_POLICY_LOCKOUT_H_
