#ifndef SEKISHO_PLATFORM_LINUX_MODPROBE_H_
#define SEKISHO_PLATFORM_LINUX_MODPROBE_H_

#include <string>
#include <vector>

#include "platform/api/result.h"

namespace sekisho::platform {

// Runs modprobe(8) with these arguments (and -q) and waits; ENOENT when it is not installed, EIO
// when it failed.
Outcome Modprobe(const std::vector<std::string>& arguments);

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_MODPROBE_H_
