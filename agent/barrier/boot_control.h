#ifndef SEKISHO_AGENT_BARRIER_BOOT_CONTROL_H_
#define SEKISHO_AGENT_BARRIER_BOOT_CONTROL_H_

#include "platform/api/files.h"
#include "platform/linux/boot_control.h"

namespace sekisho::barrier {

// As agentd's, with systemctl: this program also runs where there is no libsystemd. `files`
// outlives it.
platform::LinuxBootControl BootControlOf(platform::Files& files);

// agentd reads this boot's mode when it starts. One that is dead stays so, and reads it later.
platform::Outcome LetAgentNotice();

}  // namespace sekisho::barrier

#endif  // SEKISHO_AGENT_BARRIER_BOOT_CONTROL_H_
