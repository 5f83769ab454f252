#ifndef SEKISHO_PLATFORM_FAKE_DEVICE_ROLES_H_
#define SEKISHO_PLATFORM_FAKE_DEVICE_ROLES_H_

#include <map>
#include <string>

#include "platform/api/device_roles.h"

namespace sekisho::platform::fake {

// Roles as a test hands them out, by port.
class FakeDeviceRoles : public DeviceRoles {
 public:
  DeviceRole Of(const OpenDevice& device, const std::string& console_address) override {
    console_address_ = console_address;
    const auto role = roles_.find(device.PortPath());
    return role == roles_.end() ? DeviceRole() : role->second;
  }
  void Give(const std::string& port_path, DeviceRole role) { roles_[port_path] = role; }
  // What it was asked for last.
  const std::string& console_address() const { return console_address_; }

 private:
  std::map<std::string, DeviceRole> roles_;
  std::string console_address_;
};

}  // namespace sekisho::platform::fake

#endif  // SEKISHO_PLATFORM_FAKE_DEVICE_ROLES_H_
