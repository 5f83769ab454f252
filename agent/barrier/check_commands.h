#ifndef SEKISHO_AGENT_BARRIER_CHECK_COMMANDS_H_
#define SEKISHO_AGENT_BARRIER_CHECK_COMMANDS_H_

#include "agent/barrier/exit.h"

namespace sekisho::barrier {

// Makes the attempt of a new device and records how it ended. Not in a boot that only observes.
Exit Probe();

// Says of each part of the barrier whether it stands.
Exit Check();

// Whether the next boot holds what is wanted; kStored by what was seen, kLookedInto by looking
// into every initramfs that has changed.
enum class Images { kStored, kLookedInto };
Exit ShowBootImage(Images images);

// What whoever logs in should know (trial, rescue, a next boot that would not hold); else nothing.
Exit Notice();

}  // namespace sekisho::barrier

#endif  // SEKISHO_AGENT_BARRIER_CHECK_COMMANDS_H_
