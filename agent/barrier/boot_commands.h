#ifndef SEKISHO_AGENT_BARRIER_BOOT_COMMANDS_H_
#define SEKISHO_AGENT_BARRIER_BOOT_COMMANDS_H_

#include "agent/barrier/boot_decision.h"
#include "agent/barrier/exit.h"
#include "platform/api/boot_control.h"

namespace sekisho::barrier {

// Decides this boot's mode, if that has not been done, writes it down, and has new devices stay
// shut from now on if it refuses them.
Exit Deny(BootFacts::Began began);

// This boot's mode, and the next one's.
Exit ShowMode();
// The next boot's, as one word for scripts.
Exit PrintNextMode();
// Root's own way to what an order does.
Exit SetMode(const platform::NextBoot& next);

// In the initramfs of a trial, where nobody can confirm: opens everything when its time is over,
// unless it is ended before. At once in any other boot.
Exit DeadMan();

// On the real root: the same for a running terminal, with agentd or without. Ends when the trial
// has.
Exit AwaitTrial();
// Now, whatever time is left.
Exit UndoTrial();

}  // namespace sekisho::barrier

#endif  // SEKISHO_AGENT_BARRIER_BOOT_COMMANDS_H_
