#ifndef SEKISHO_PLATFORM_LINUX_DEVICE_NODES_H_
#define SEKISHO_PLATFORM_LINUX_DEVICE_NODES_H_

#include <sys/types.h>

#include <set>
#include <string>
#include <vector>

#include "platform/api/result.h"

namespace sekisho::platform {

enum class NodeKind { kBlock, kCharacter };

// One device node of a USB device: its disks and partitions, what is stacked on them (device
// mapper), sg, bsg, tape, tty, hidraw, and its own usbfs node.
struct DeviceNode {
  NodeKind kind = NodeKind::kCharacter;
  dev_t number = 0;
  std::string name;  // below /dev, e.g. "sda1", "bus/usb/002/003"
};

// Found by walking below the open directory of the device; links are not followed, but for the
// `holders` of block devices. An empty list when the device is gone.
Result<std::vector<DeviceNode>> NodesBelow(int device_directory);

// "8:1" as sysfs and mountinfo write it; 0 when it is not that.
dev_t ParseDeviceNumber(const std::string& text);

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_DEVICE_NODES_H_
