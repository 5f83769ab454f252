#include "platform/linux/doors/door_switch.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>

namespace sekisho::platform {
namespace {

Outcome IsThere(const SysfsDevice& device) {
  Result<std::string> there = ReadTextAt(device.directory(), "uevent", 65536);
  if (!there.ok()) return GoneIfMissing(there.failure());
  return Done{};
}

// "2:0:0:0", the last component of the directory.
Outcome DeleteAndScan(const std::string& sysfs, const SysfsDevice& device) {
  const std::string& directory = device.door()->directory;
  const std::string name = directory.substr(directory.rfind('/') + 1);
  const std::string host = "host" + name.substr(0, name.find(':'));
  std::string where = name.substr(name.find(':') + 1);
  std::ranges::replace(where, ':', ' ');
  // The host stays when its device goes: hold it before cutting.
  Result<Fd> scan = OpenAt(AT_FDCWD, sysfs + "/class/scsi_host/" + host + "/scan", O_WRONLY);
  if (Outcome deleted = WriteAt(device.directory(), "delete", "1"); !deleted.ok()) {
    return GoneIfMissing(deleted.failure());
  }
  if (!scan.ok()) return scan.failure();
  if (write(scan->get(), where.data(), where.size()) < 0) return LastFailure("scan " + host);
  return Done{};
}

Outcome Rebind(const SysfsDevice& device) {
  if (Outcome there = IsThere(device); !there.ok()) return there;
  // A card is bound itself; of the others the disk or the controller hangs below what is.
  const bool itself = device.door()->kind == Door::Kind::kMmc;
  const std::string driver = itself ? "driver" : "device/driver";
  std::string name;
  if (itself) {
    const std::string& directory = device.door()->directory;
    name = directory.substr(directory.rfind('/') + 1);
  } else {
    std::array<char, 4096> target;
    const ssize_t n = readlinkat(device.directory(), "device", target.data(), target.size());
    // One of several controllers' namespaces: none of them is its parent.
    if (n <= 0) return MakeFailure(ENOTSUP, "cut " + device.PortPath());
    const std::string_view path(target.data(), static_cast<std::size_t>(n));
    name = path.substr(path.rfind('/') + 1);
  }
  Result<Fd> held = OpenAt(device.directory(), driver, O_RDONLY | O_DIRECTORY);
  if (!held.ok()) return held.failure();
  if (Outcome unbound = WriteAt(held->get(), "unbind", name); !unbound.ok()) return unbound;
  return WriteAt(held->get(), "bind", name);
}

}  // namespace

Outcome SwitchDoor(const SysfsDevice& device, DoorTo to, const AdapterPaths& adapters) {
  if (device.door()->kind == Door::Kind::kAdapter) return SwitchAdapter(device, to, adapters);
  if (device.door()->kind != Door::Kind::kThunderbolt) return IsThere(device);
  Outcome written = WriteAt(device.directory(), "authorized", to == DoorTo::kOpen ? "1" : "0");
  if (!written.ok()) return GoneIfMissing(written.failure());
  return written;
}

Outcome CutDoor(const std::string& sysfs, const SysfsDevice& device) {
  switch (device.door()->kind) {
    case Door::Kind::kScsi:
      return DeleteAndScan(sysfs, device);
    case Door::Kind::kNvme:
    case Door::Kind::kMmc:
    case Door::Kind::kBlock:
      return Rebind(device);
    case Door::Kind::kThunderbolt:
    case Door::Kind::kAdapter:
      return MakeFailure(ENOTSUP, "cut " + device.PortPath());
  }
  return MakeFailure(ENOTSUP, "cut " + device.PortPath());
}

}  // namespace sekisho::platform
