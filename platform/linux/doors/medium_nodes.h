#ifndef SEKISHO_PLATFORM_LINUX_DOORS_MEDIUM_NODES_H_
#define SEKISHO_PLATFORM_LINUX_DOORS_MEDIUM_NODES_H_

#include <vector>

#include "platform/api/medium_guard.h"
#include "platform/api/result.h"

namespace sekisho::platform {

// The ways to the media of a device, by walking below its open directory: disks (without their
// partitions, and what is stacked on them), sg, bsg, tape, NVMe and MMC character nodes. Not below
// USB devices that hang on it. Empty when it is gone.
Result<std::vector<MediumNode>> MediumNodesBelow(int device_directory);

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_DOORS_MEDIUM_NODES_H_
