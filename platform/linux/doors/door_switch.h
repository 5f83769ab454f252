#ifndef SEKISHO_PLATFORM_LINUX_DOORS_DOOR_SWITCH_H_
#define SEKISHO_PLATFORM_LINUX_DOORS_DOOR_SWITCH_H_

#include <string>

#include "platform/linux/doors/adapters.h"
#include "platform/linux/sysfs_device.h"

namespace sekisho::platform {

// Enforcer, for devices that are not USB: through the directory that is held.

// Thunderbolt: its own `authorized` (Documentation/admin-guide/thunderbolt.rst), of which a domain
// that cannot take an authorisation back says EINVAL. Adapters: see SwitchAdapter. Whatever
// MediumGuard controls: nothing, but for ENODEV when it is gone.
Outcome SwitchDoor(const SysfsDevice& device, DoorTo to, const AdapterPaths& adapters = {});

// SCSI (with ATA and FireWire): deleted, and its host scanned for it anew. NVMe, MMC and other
// disks: unbound from their driver and bound again. ENOTSUP for Thunderbolt and adapters,
// ENOENT without a driver.
Outcome CutDoor(const std::string& sysfs, const SysfsDevice& device);

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_DOORS_DOOR_SWITCH_H_
