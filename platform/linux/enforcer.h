#ifndef SEKISHO_PLATFORM_LINUX_ENFORCER_H_
#define SEKISHO_PLATFORM_LINUX_ENFORCER_H_

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "platform/api/devices.h"

namespace sekisho::platform {

// The kernel's USB authorisation (Documentation/usb/authorization.rst): of devices, and of their
// interfaces from the first device on that is opened in part. What is not USB: doors/door_switch.h.
class LinuxEnforcer : public Enforcer {
 public:
  // `sysfs` is "/sys", but for tests.
  explicit LinuxEnforcer(std::string sysfs = "/sys") : sysfs_(std::move(sysfs)) {}

  // usbcore's parameter first (controllers that come later), then every root hub; all are read
  // back. ENOENT when usbcore is not loaded. Goes on past a failure and reports the first.
  Outcome DenyNewDevices() override;
  // Root hubs to 1, for devices and for interfaces, the parameter to -1: what Linux has them start
  // with (drivers/usb/core/hcd.c; wired devices come up, wireless USB's do not). Read back, and
  // goes on past a failure, too.
  Outcome AllowNewDevices() override;
  // Takes persistence across suspend from anything but input devices and hubs first (a swap during
  // suspend would keep the authorisation). Blocks while drivers bind. Then has udev look again.
  Outcome Authorise(const OpenDevice& device) override;
  // The bus's default first, and for good: set back after this device, it would be what a
  // configuration set later, or an authorisation by another program, opens.
  Outcome AuthoriseOnly(const OpenDevice& device,
                        std::span<const std::uint8_t> interfaces) override;
  Outcome ShutNewInterfaces(const OpenDevice& device) override;
  Outcome Deauthorise(const OpenDevice& device) override;
  // ENODEV when it went by itself; ENOENT when its port has no `disable` (before Linux 6.0).
  Outcome CutPort(const OpenDevice& device) override;

 private:
  static Outcome DropPersistence(const OpenDevice& device);
  static Outcome WriteAuthorised(const OpenDevice& device, const char* value);
  static void TellUdev(const OpenDevice& device);
  std::string sysfs_;
};

// The kernel's settings that would let a new device in: their paths, the parameter first. Empty is
// good. ENOENT when usbcore is not loaded.
Result<std::vector<std::string>> LooseControls(const std::string& sysfs);

// Pure: whether descriptors (device, then configurations) declare nothing but HID and hub
// interfaces. Malformed ones do not.
enum class Persistence { kKeep, kDrop };
Persistence PersistenceFor(std::span<const std::byte> descriptors);

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_ENFORCER_H_
