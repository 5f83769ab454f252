#ifndef SEKISHO_PLATFORM_LINUX_DOORS_PLACE_H_
#define SEKISHO_PLATFORM_LINUX_DOORS_PLACE_H_

#include <optional>
#include <string>
#include <string_view>

#include "platform/api/devices.h"

namespace sekisho::platform {

// Where something that is not USB is attached.
struct Door {
  enum class Kind { kScsi, kNvme, kMmc, kBlock, kThunderbolt, kAdapter } kind = Kind::kBlock;
  AttachmentFacts::Bus bus = AttachmentFacts::Bus::kOther;
  // Its name for people and policies: letters, digits and ".:-/_". The same after a restart as long
  // as nobody puts it elsewhere and the kernel counts its controllers alike:
  //   ata1, ata1/0:1:0                    behind that ATA port (channel:target:lun but 0:0:0)
  //   scsi-2:0:0:0                        host:channel:target:lun
  //   firewire-fw1.0                      that unit's storage
  //   pci-0000:01:00.0/nvme0, nvme-subsys0
  //   mmc0:4567                           slot:card
  //   pci-0000:00:04.0/vda, block-fd0     any other disk
  //   thunderbolt-0-1                     domain-route
  //   pci-0000:01:00.0                    that function's network card, Wi-Fi or Bluetooth
  //   adapter-mmc1:0001:1, adapter-hci0   the same on another bus, or on none
  std::string place;
  std::string directory;  // of the device, below /sys, e.g. "/devices/pci0000:00/…/ata1/…/0:0:0:0"
  friend bool operator==(const Door&, const Door&) = default;
};

enum class DoorTo { kShut, kOpen };

// Pure, all of it; `devpath` as in uevents: below /sys, clean.

// The door that a disk, a tape, an sg node, … belongs to, or is. Nothing for what is beneath USB,
// and for what the kernel makes of other disks or of memory for itself (loop, dm, md, zram).
std::optional<Door> DoorOf(std::string_view devpath);
// The same for "…/domain0/0-0/0-1"; nothing for the machine's own router ("0-0").
std::optional<Door> ThunderboltDoorOf(std::string_view devpath);
// The network card, Wi-Fi or Bluetooth controller that "…/net/eth1", "…/ieee80211/phy0", "…/hci0"
// or something beneath these belongs to. It is held by the device that a driver is bound to: the
// PCI function, unless another bus begins below it. Nothing for what is beneath USB, and for what
// has no device behind it (lo, bridges, tunnels, veth).
std::optional<Door> AdapterDoorOf(std::string_view devpath);
// Of a PCI function or an SDIO function itself, whatever it is.
std::optional<Door> BusAdapterDoorOf(std::string_view devpath);
// Whether a place has an adapter's form: nothing else has it.
bool IsAdapterPlace(std::string_view place);
// The USB device that it is the nearest below of: "2-1.4". Nothing for what is not beneath USB.
std::optional<std::string> UsbPortOf(std::string_view devpath);

// Whether it may be a place: its form, not whether anything is there.
bool IsPlace(std::string_view text);

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_DOORS_PLACE_H_
