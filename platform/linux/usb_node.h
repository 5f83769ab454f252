#ifndef SEKISHO_PLATFORM_LINUX_USB_NODE_H_
#define SEKISHO_PLATFORM_LINUX_USB_NODE_H_

#include <string>

#include "platform/linux/descriptor_fd.h"
#include "platform/linux/sysfs_device.h"

namespace sekisho::platform {

// The usbfs node of the device that is held, and of no other: ENODEV when it went, or when the node
// is another device's. What is returned has given up (USBDEVFS_DROP_PRIVILEGES) claiming
// interfaces, detaching drivers and setting a configuration; control transfers on endpoint 0 are
// left. May wait for the kernel's lock of the device: not for a loop. `nodes` is "/dev/bus/usb".
Result<Fd> OpenUsbNode(const SysfsDevice& device, const std::string& nodes);

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_USB_NODE_H_
