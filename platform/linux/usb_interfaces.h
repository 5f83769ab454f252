#ifndef SEKISHO_PLATFORM_LINUX_USB_INTERFACES_H_
#define SEKISHO_PLATFORM_LINUX_USB_INTERFACES_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "platform/linux/sysfs_device.h"

namespace sekisho::platform {

// The kernel's authorisation of single interfaces (Documentation/usb/authorization.rst), through
// the directory of a USB device that is held. An interface gets the default of its bus when its
// configuration is set (drivers/usb/core/message.c, usb_set_configuration); one that is not
// authorised is neither probed nor claimed (driver.c, usb_probe_interface and
// usb_driver_claim_interface, which usbfs goes through, too).

// Those of the active configuration, ascending; none when there is none. What goes meanwhile is
// left out, what cannot be read counts as open.
Result<std::vector<InterfaceState>> ReadInterfaces(const SysfsDevice& device);
bool AnyShut(const std::vector<InterfaceState>& interfaces);

// What new interfaces on the device's bus come up as; "0": shut. ENOENT where the kernel cannot
// (before Linux 4.4).
Result<std::string> NewInterfaces(const SysfsDevice& device);
// Shut from now on: written and read back. ENOTSUP where the kernel cannot.
Outcome ShutNewInterfacesOf(const SysfsDevice& device);

// Authorises that one interface of the active configuration and offers it to nobody. ENOENT when
// there is no such one.
Outcome AuthoriseInterface(const SysfsDevice& device, std::uint8_t number);

// Report descriptors of the HID interfaces that a HID driver has; what cannot be read, or is longer
// than the kernel takes one (4,096 bytes), is left out.
std::map<std::uint8_t, std::vector<std::byte>> ReadHidReports(const SysfsDevice& device);

// Authorises those that are shut, all of them before the first is offered to a driver: some drivers
// want several. ENODEV when the device goes meanwhile.
Outcome OpenInterfaces(const std::string& sysfs, const SysfsDevice& device);
// Takes the authorisation from all others first, and reads back how each stands. EIO when one is
// not as it has to be.
enum class Others { kShut, kOpen };
struct OnlyOutcome {
  Outcome outcome = Done{};
  Others others = Others::kShut;  // kOpen: not known to be shut
};
OnlyOutcome OpenOnlyInterfaces(const std::string& sysfs, const SysfsDevice& device,
                               std::span<const std::uint8_t> numbers);

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_USB_INTERFACES_H_
