#ifndef SEKISHO_AGENT_BARRIER_ADOPT_H_
#define SEKISHO_AGENT_BARRIER_ADOPT_H_

#include <string>
#include <vector>

#include "platform/api/devices.h"

namespace sekisho::barrier {

// A device that a person needs to work at the terminal at all.
struct Candidate {
  platform::BootDevice device;
  std::string name;     // "Logitech USB Keyboard", as the device calls itself
  std::string classes;  // "keyboard, pointer"
};

// The keyboards and pointers that are present, and the hubs above them, hubs first. Only devices
// whose every interface is HID or hub: a keyboard that is also a disk is for policy to decide.
platform::Result<std::vector<Candidate>> AdoptionCandidates(const std::string& sysfs);

}  // namespace sekisho::barrier

#endif  // SEKISHO_AGENT_BARRIER_ADOPT_H_
