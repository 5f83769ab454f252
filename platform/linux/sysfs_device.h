#ifndef SEKISHO_PLATFORM_LINUX_SYSFS_DEVICE_H_
#define SEKISHO_PLATFORM_LINUX_SYSFS_DEVICE_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "platform/api/devices.h"
#include "platform/linux/descriptor_fd.h"
#include "platform/linux/doors/place.h"

namespace sekisho::platform {

// A device's directory in sysfs, held open. Once the device is unplugged nothing can be opened
// through it any more, whatever took over its name.
class SysfsDevice : public OpenDevice {
 public:
  // USB. ENOENT when there is no such device; EINVAL when `port_path` is not one. `sysfs` is
  // "/sys".
  static Result<std::unique_ptr<SysfsDevice>> Open(const std::string& sysfs,
                                                   const std::string& port_path);
  // Anything else (doors/doors.h opens it).
  static std::unique_ptr<SysfsDevice> Hold(Fd directory, Door door) {
    std::string place = door.place;
    return std::unique_ptr<SysfsDevice>(
        new SysfsDevice(std::move(directory), std::move(place), std::move(door)));
  }
  const std::string& PortPath() const override { return port_path_; }
  int directory() const { return directory_.get(); }
  const std::optional<Door>& door() const { return door_; }  // none: USB

 private:
  SysfsDevice(Fd directory, std::string port_path, std::optional<Door> door)
      : directory_(std::move(directory)),
        port_path_(std::move(port_path)),
        door_(std::move(door)) {}
  Fd directory_;
  std::string port_path_;
  std::optional<Door> door_;
};

// Every OpenDevice that this platform hands out is one.
inline const SysfsDevice& AsSysfs(const OpenDevice& device) {
  return static_cast<const SysfsDevice&>(device);
}

// Of a USB device. ENODEV when it is gone. `descriptors` is at most 65,536 bytes (EFBIG), strings
// at most 4,096.
Result<DeviceFacts> ReadFacts(const SysfsDevice& device);

// "1" or "0" as it stands; ENODEV when the device is gone.
enum class AuthorisedNow { kNo, kYes };
Result<AuthorisedNow> ReadAuthorised(const SysfsDevice& device);

// ENOENT inside of a held directory means that the device went: the attribute was there.
Failure GoneIfMissing(Failure failure);

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_SYSFS_DEVICE_H_
