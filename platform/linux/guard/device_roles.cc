#include "platform/linux/guard/device_roles.h"

#include <algorithm>
#include <set>

#include "platform/linux/inspection/inspection.h"

namespace sekisho::platform {

DeviceRole LinuxDeviceRoles::Of(const OpenDevice& device, const std::string& console_address) {
  Looker looker(root_);
  DeviceRole role;
  const std::string devices = "/sys/bus/usb/devices/";
  const std::string directory = devices + device.PortPath();
  // Documentation/ABI/testing/sysfs-bus-usb: what the firmware says of the device's port.
  if (looker.Text(directory + "/removable") == "fixed" ||
      looker.Text(directory + "/port/connect_type") == "hardwired") {
    role.place = DeviceRole::Place::kBuiltIn;
  }
  MachineFacts facts;
  InspectNetwork(looker, console_address, facts);
  const bool carries = std::ranges::any_of(facts.network, [&](const NetworkPathFacts& each) {
    return each.port_path == device.PortPath();
  });
  if (!carries) return role;
  // All its parts are driven by what drives the adapter: a phone that shares its connection has
  // others.
  std::set<std::string> drivers;
  for (const std::string& name : looker.Names(devices)) {
    if (name.starts_with(device.PortPath() + ":")) {
      drivers.insert(looker.Resolve(devices + name + "/driver"));
    }
  }
  const bool alone = drivers.size() == 1 && !drivers.begin()->empty();
  role.route = alone ? DeviceRole::Route::kCarries : DeviceRole::Route::kCarriesMore;
  return role;
}

}  // namespace sekisho::platform
