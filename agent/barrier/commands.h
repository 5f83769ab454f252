#ifndef SEKISHO_AGENT_BARRIER_COMMANDS_H_
#define SEKISHO_AGENT_BARRIER_COMMANDS_H_

#include <cstdint>
#include <string>

#include "platform/api/devices.h"

namespace sekisho::barrier {

// What a command ends with; documented in --help and sekisho-barrier(8).
enum class Exit {
  kDone = 0,
  kFailed = 1,
  kUsage = 2,
  kRefused = 3,  // another device than the one named, or the person said no
  kOpen = 4,     // check, probe: a protection does not hold
};

// New devices stay shut from now on.
Exit Deny();

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

enum class Confirmation { kAsk, kGiven };
// Shows the keyboards, pointers and hubs that are present, and writes them down.
Exit AdoptPresent(Confirmation confirmation);

enum class RulesTo { kFile, kStandardOutput };
// Writes the udev rules again from the list.
Exit Rules(RulesTo to);

// Makes the attempt of a new device and records how it ended.
Exit Probe();

// Says of each part of the barrier whether it stands.
Exit Check();

}  // namespace sekisho::barrier

#endif  // SEKISHO_AGENT_BARRIER_COMMANDS_H_
