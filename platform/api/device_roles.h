#ifndef SEKISHO_PLATFORM_API_DEVICE_ROLES_H_
#define SEKISHO_PLATFORM_API_DEVICE_ROLES_H_

#include <string>

#include "platform/api/devices.h"

namespace sekisho::platform {

// What a device does on this machine, as the OS knows it and the device's descriptors do not say.
struct DeviceRole {
  enum class Route {
    kNone,
    kCarries,      // the way to the console goes over it, and it is nothing else
    kCarriesMore,  // the same, and parts of it do something else
  } route = Route::kNone;
  // The maker built it in: it cannot be plugged (Linux: removable, connect_type).
  enum class Place { kPlugged, kBuiltIn } place = Place::kPlugged;
};

class DeviceRoles {
 public:
  virtual ~DeviceRoles() = default;
  // `console_address`: numeric, or the default route's counts. A device that is shut carries
  // nothing.
  virtual DeviceRole Of(const OpenDevice& device, const std::string& console_address) = 0;
};

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_API_DEVICE_ROLES_H_
