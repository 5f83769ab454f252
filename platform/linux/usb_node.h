#ifndef SEKISHO_PLATFORM_LINUX_USB_NODE_H_
#define SEKISHO_PLATFORM_LINUX_USB_NODE_H_

#include <cstdint>
#include <span>
#include <string>

#include "platform/linux/descriptor_fd.h"
#include "platform/linux/sysfs_device.h"

namespace sekisho::platform {

// The usbfs node of the device that is held, and of no other: ENODEV when it went, or when the node
// is another device's. What is returned has given up (USBDEVFS_DROP_PRIVILEGES) claiming
// interfaces, detaching drivers and setting a configuration; control transfers on endpoint 0 are
// left, and claiming `interfaces` (those that are authorised and have no driver). May wait for the
// kernel's lock of the device: not for a loop. `nodes` is "/dev/bus/usb".
Result<Fd> OpenUsbNode(const SysfsDevice& device, const std::string& nodes,
                       std::span<const std::uint8_t> interfaces = {});

// The node with these interfaces claimed: the device is authorised with them and nothing else, and
// no driver has any or gets any while the node is open. Interfaces from 32 on cannot be (EINVAL).
// On failure the device is deauthorised.
Result<Fd> ClaimUsbInterfaces(const SysfsDevice& device, const std::string& sysfs,
                              const std::string& nodes, std::span<const std::uint8_t> interfaces);

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_USB_NODE_H_
