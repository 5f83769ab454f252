#ifndef SEKISHO_AGENT_BARRIER_DEVICE_COMMANDS_H_
#define SEKISHO_AGENT_BARRIER_DEVICE_COMMANDS_H_

#include <cstdint>
#include <string>

#include "agent/barrier/exit.h"
#include "platform/api/devices.h"

namespace sekisho::barrier {

struct Authorisation {
  std::string port_path;
  std::string fingerprint_hex;
  std::string serial_hex;  // "-": none
};
// Authorises that device, if it is that device.
Exit Authorise(const Authorisation& wanted);

// Waits for the deadline (CLOCK_BOOTTIME, nanoseconds), gives a living agentd three seconds to do
// it itself, then shuts that device and leaves a record.
Exit Close(const platform::OpenedDevice& opened, std::int64_t deadline_ns);

// Shows the keyboards, pointers and hubs that are present, and writes them down.
enum class Confirmation { kAsk, kGiven };
Exit AdoptPresent(Confirmation confirmation);

// Only shows them: "PORT  CLASSES  NAME" each.
Exit ShowPresent();

enum class RulesTo { kFile, kStandardOutput };
// Writes the udev rules again from the list.
Exit Rules(RulesTo to);

}  // namespace sekisho::barrier

#endif  // SEKISHO_AGENT_BARRIER_DEVICE_COMMANDS_H_
