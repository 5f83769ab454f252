#ifndef SEKISHO_PLATFORM_LINUX_HARDWARE_NAMES_H_
#define SEKISHO_PLATFORM_LINUX_HARDWARE_NAMES_H_

#include <string>
#include <string_view>

#include "platform/api/files.h"

namespace sekisho::platform {

// What the firmware and the system disk call themselves, unjudged; empty where they say nothing.
struct HardwareNames {
  std::string product_uuid;
  std::string board_serial;
  // Of the first disk below the one that holds /.
  std::string disk_serial;
};

// `root`: "/", or where a test keeps its sys.
HardwareNames ReadHardwareNames(Files& files, const std::string& root);
// The same with the disk that `device` ("254:0") lies on.
HardwareNames ReadHardwareNames(Files& files, const std::string& root, const std::string& device);

// The value of NAME=VALUE in a kernel command line; the last one counts; empty without it.
std::string KernelParameter(std::string_view command_line, std::string_view name);

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_HARDWARE_NAMES_H_
