#ifndef SEKISHO_PLATFORM_LINUX_DOORS_DOORS_H_
#define SEKISHO_PLATFORM_LINUX_DOORS_DOORS_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "platform/linux/doors/adapters.h"
#include "platform/linux/doors/place.h"
#include "platform/linux/sysfs_device.h"
#include "platform/linux/uevent.h"

namespace sekisho::platform {

// Devices that are not USB: disks, tapes and optical drives by the disk or tape that the kernel
// makes of them, what is plugged into Thunderbolt, and network cards and radios that are not the
// machine's own.

// Pure: what a uevent says about one of them, or about a medium of a USB device. Synthetic events
// say nothing.
std::optional<DeviceNotice> DoorNoticeOf(const Uevent& uevent);

// Every one that is there, each once, by place. `sysfs` is "/sys", but for tests.
Result<std::vector<Door>> PresentDoors(const std::string& sysfs, const AdapterPaths& adapters = {});

// Held by its directory. ENOENT when nothing is at that place; EINVAL when it is none.
Result<std::unique_ptr<SysfsDevice>> OpenDoor(const std::string& sysfs, const std::string& place,
                                              const AdapterPaths& adapters = {});
// The same of one that was found.
Result<std::unique_ptr<SysfsDevice>> HoldDoor(const std::string& sysfs, Door door);

// What is known of it; ENODEV when it is gone. The fingerprint's text is, as netstrings
// (https://cr.yp.to/proto/netstrings.txt) one after the other: "sekisho-door-1", the bus as in
// core::Name, its class as in core::Name, vendor and product id as four hexadecimal
// digits each, then manufacturer, product and serial as read here. That is
//   SCSI, ATA, FireWire   vendor, model; the unit serial number page (SPC-6, 7.7.18), or else wwid
//   NVMe                  (none), model, serial
//   SD, MMC               manfid and oemid, name; the whole CID
//   other disks           device/vendor, device/model, serial
//   Thunderbolt           vendor_name, device_name, unique_id
//   adapters              (none), what it is in words, the PCI device serial number (PCIe 6.0,
//                         7.9.3) or nothing
Result<DeviceFacts> ReadDoor(const SysfsDevice& device);

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_DOORS_DOORS_H_
