#ifndef SEKISHO_PLATFORM_LINUX_DOORS_ADAPTERS_H_
#define SEKISHO_PLATFORM_LINUX_DOORS_ADAPTERS_H_

#include <string>
#include <vector>

#include "platform/linux/doors/own_adapters.h"
#include "platform/linux/doors/place.h"
#include "platform/linux/sysfs_device.h"

namespace sekisho::platform {

// Network cards, Wi-Fi and Bluetooth controllers that are not on USB.

struct AdapterPaths {
  // Those the terminal was installed with; without it, or when it cannot be read, every adapter is
  // the machine's own: the way to the office goes over one of them.
  std::string own = "/etc/sekisho/own-adapters";
  // The machine's own in this boot besides; see BeginAdapters.
  std::string own_in_this_boot = "/run/sekisho/own-adapters";
  // A file for each that was opened, named by its place, that holds what its fingerprint is taken
  // of: whoever shuts what is new (udev, with agentd dead) leaves these alone.
  std::string opened = "/run/sekisho/adapters";
};

// All that are there, each once: also those that no driver has, as far as PCI and SDIO tell what
// they are.
Result<std::vector<Door>> PresentAdapters(const std::string& sysfs);
// Those of them that are not the machine's own.
Result<std::vector<Door>> StrangeAdapters(const std::string& sysfs, const AdapterPaths& paths);

// Once a boot, before drivers are loaded. When not one of the PCI functions on record is there (the
// board was replaced, the buses are numbered anew), those that are there count as the machine's own
// until the next boot; returns these. It locks nobody out, and somebody has to look.
Result<std::vector<OwnAdapter>> BeginAdapters(const std::string& sysfs, const AdapterPaths& paths);

// For ReadDoor. What the device is does not depend on whether a driver has it.
void ReadAdapterInto(DeviceFacts& facts, const SysfsDevice& device);

// Open is bound to a driver, or, where there is no bus to unbind it from, a radio that is not
// soft-blocked.
DoorTo HowAdapterStands(const SysfsDevice& device);

// Unbinds it from its driver, which takes its interfaces away, and has its bus find one again; or
// switches its radio. ENODEV when it is gone; ENXIO when no driver takes it.
Outcome SwitchAdapter(const SysfsDevice& device, DoorTo to, const AdapterPaths& paths);

// Whether it was opened, as `opened` has it: that one, not another in its place.
enum class Opened { kNo, kYes };
Opened WasOpened(const SysfsDevice& device, const AdapterPaths& paths);

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_DOORS_ADAPTERS_H_
