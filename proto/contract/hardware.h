#ifndef SEKISHO_PROTO_CONTRACT_HARDWARE_H_
#define SEKISHO_PROTO_CONTRACT_HARDWARE_H_

#include <string>
#include <string_view>

namespace sekisho::contract {

// Whether a serial number or UUID that the firmware gave names one machine: not empty, not what
// makers leave in when they fill in nothing ("To be filled by O.E.M.", "Default string", "None"),
// not one digit over and over, and not the UUID that a whole line of mainboards came with.
bool NamesHardware(std::string_view text);

// What a machine is told by.
struct Hardware {
  std::string product_uuid;
  std::string board_serial;
  std::string disk_serial;
};

// SHA-256, 32 bytes, over what of it names the machine; empty when nothing does. The disk counts
// only where the firmware names nothing: a new disk in the same machine is the same machine.
std::string HardwareDigest(const Hardware& hardware);

}  // namespace sekisho::contract

#endif  // SEKISHO_PROTO_CONTRACT_HARDWARE_H_
