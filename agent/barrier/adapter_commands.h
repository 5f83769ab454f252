#ifndef SEKISHO_AGENT_BARRIER_ADAPTER_COMMANDS_H_
#define SEKISHO_AGENT_BARRIER_ADAPTER_COMMANDS_H_

#include <string>

#include "agent/barrier/exit.h"

namespace sekisho::barrier {

// Shuts the network card or radio that a device of udev's belongs to (its devpath), unless it is
// the machine's own, was opened by agentd, or this boot lets devices in.
Exit ShutNewAdapter(const std::string& devpath);

// Shows the network cards and radios that are present, and which are the machine's own.
Exit ShowAdapters();
// Writes down those that are present as the machine's own; nothing where that was done before.
Exit RecordAdapters();
// Adds the one at that place.
Exit AddOwnAdapter(const std::string& place);
// Once a boot, before drivers are loaded (platform/linux/doors/adapters.h).
Exit BeginWithAdapters();

}  // namespace sekisho::barrier

#endif  // SEKISHO_AGENT_BARRIER_ADAPTER_COMMANDS_H_
