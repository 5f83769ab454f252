#ifndef SEKISHO_AGENT_BARRIER_RESCUE_COMMANDS_H_
#define SEKISHO_AGENT_BARRIER_RESCUE_COMMANDS_H_

#include <string>

#include "agent/barrier/exit.h"

namespace sekisho::barrier {

// In a boot through the rescue entry: authorises the device at that port if every interface of it
// is HID or hub. kRefused in any other boot, and for any other device.
Exit RescueInput(const std::string& port_path);

// Puts the boot loader's menu behind a password: the rescue entry appears, which asks for it, as
// does changing a command line; the other entries go on starting unasked. The hash
// (grub-mkpasswd-pbkdf2) is read from that file ("-": standard input); with "" the password is
// asked for.
Exit SetRescuePassword(const std::string& hash_file);
// And back.
Exit RemoveRescuePassword();

}  // namespace sekisho::barrier

#endif  // SEKISHO_AGENT_BARRIER_RESCUE_COMMANDS_H_
