#ifndef SEKISHO_PLATFORM_LINUX_GUARD_DEVICE_ROLES_H_
#define SEKISHO_PLATFORM_LINUX_GUARD_DEVICE_ROLES_H_

#include <string>
#include <utility>

#include "platform/api/device_roles.h"

namespace sekisho::platform {

class LinuxDeviceRoles : public DeviceRoles {
 public:
  // "": this machine's sysfs and procfs, else the same below it.
  explicit LinuxDeviceRoles(std::string root = "") : root_(std::move(root)) {}
  DeviceRole Of(const OpenDevice& device, const std::string& console_address) override;

 private:
  const std::string root_;
};

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_GUARD_DEVICE_ROLES_H_
