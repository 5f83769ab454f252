#include "platform/linux/doors/doors.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <functional>
#include <map>
#include <string_view>
#include <utility>

#include "platform/linux/doors/listing.h"

namespace sekisho::platform {
namespace {

std::string_view BaseName(std::string_view path) { return path.substr(path.rfind('/') + 1); }

// "st0", and not one of the other seven nodes of that drive ("nst0", "st0a", …).
bool IsMainTape(std::string_view name) {
  return name.starts_with("st") && name.size() > 2 &&
         name.find_first_not_of("0123456789", 2) == std::string_view::npos;
}

std::optional<DeviceNotice> MediumNotice(const Uevent& uevent, bool main) {
  if (std::optional<std::string> port = UsbPortOf(uevent.devpath)) {
    return MediaAltered{std::move(*port)};
  }
  std::optional<Door> door = DoorOf(uevent.devpath);
  if (!door) return std::nullopt;
  // A network block device is there all the time, and gets its content by a change.
  const bool filled = door->bus == AttachmentFacts::Bus::kVirtual && uevent.action == "change";
  if (main && (uevent.action == "add" || filled)) return DeviceAppeared{std::move(door->place)};
  if (door->kind == Door::Kind::kBlock && uevent.action == "remove") {
    return DeviceGone{std::move(door->place)};
  }
  return MediaAltered{std::move(door->place)};
}

// The device itself, when its last node has gone.
std::optional<DeviceNotice> RemovalNotice(const Uevent& uevent, Door::Kind kind) {
  if (uevent.action != "remove") return std::nullopt;
  std::optional<Door> door = DoorOf(uevent.devpath);
  if (!door || door->kind != kind || door->directory != uevent.devpath) return std::nullopt;
  return DeviceGone{std::move(door->place)};
}

std::optional<DeviceNotice> ThunderboltNotice(const Uevent& uevent) {
  if (uevent.devtype != "thunderbolt_device") return std::nullopt;
  std::optional<Door> door = ThunderboltDoorOf(uevent.devpath);
  if (!door) return std::nullopt;
  if (uevent.action == "add") return DeviceAppeared{std::move(door->place)};
  if (uevent.action == "remove") return DeviceGone{std::move(door->place)};
  if (uevent.action == "change") return DeviceAltered{std::move(door->place)};
  return std::nullopt;
}

// An adapter comes and goes with its driver and its radio switch: whatever moves, look again.
std::optional<DeviceNotice> AdapterNotice(const Uevent& uevent) {
  const std::string& subsystem = uevent.subsystem;
  std::optional<Door> door;
  if (subsystem == "net" || subsystem == "ieee80211" || subsystem == "bluetooth" ||
      subsystem == "rfkill") {
    door = AdapterDoorOf(uevent.devpath);
  } else if ((subsystem == "pci" || subsystem == "sdio") && uevent.action != "add") {
    door = BusAdapterDoorOf(uevent.devpath);
  }
  if (!door) return std::nullopt;
  return DeviceAltered{std::move(door->place)};
}

// A disk that the kernel made in advance, with nothing in it yet.
bool IsEmptyShell(const std::string& sysfs, const Door& door) {
  if (door.kind != Door::Kind::kBlock || door.bus != AttachmentFacts::Bus::kVirtual) return false;
  const Result<std::string> size = ReadTextAt(AT_FDCWD, sysfs + door.directory + "/size", 64);
  return size.ok() && *size == "0";
}

}  // namespace

std::optional<DeviceNotice> DoorNoticeOf(const Uevent& uevent) {
  if (uevent.origin == Uevent::Origin::kSynthetic) return std::nullopt;
  if (std::optional<DeviceNotice> notice = AdapterNotice(uevent)) return notice;
  const bool there = uevent.action == "add" || uevent.action == "remove";
  const std::string& subsystem = uevent.subsystem;
  if (subsystem == "block") {
    if (uevent.devtype != "disk" || (!there && uevent.action != "change")) return std::nullopt;
    return MediumNotice(uevent, true);
  }
  if (subsystem == "scsi_tape" || subsystem == "scsi_generic" || subsystem == "bsg" ||
      subsystem == "nvme-generic" || subsystem == "mmc_rpmb") {
    if (!there) return std::nullopt;
    return MediumNotice(uevent, subsystem == "scsi_tape" && IsMainTape(BaseName(uevent.devpath)));
  }
  if (subsystem == "scsi") {
    if (uevent.devtype != "scsi_device") return std::nullopt;
    return RemovalNotice(uevent, Door::Kind::kScsi);
  }
  if (subsystem == "nvme") return RemovalNotice(uevent, Door::Kind::kNvme);
  if (subsystem == "mmc") return RemovalNotice(uevent, Door::Kind::kMmc);
  if (subsystem == "thunderbolt") return ThunderboltNotice(uevent);
  return std::nullopt;
}

Result<std::vector<Door>> PresentDoors(const std::string& sysfs, const AdapterPaths& adapters) {
  std::map<std::string, Door> found;
  const auto add = [&](std::optional<Door> door) {
    if (door && !IsEmptyShell(sysfs, *door)) found.emplace(door->place, *door);
  };
  const auto any = [](std::string_view) { return true; };
  for (const auto& [below, wanted] :
       {std::pair<const char*, std::function<bool(std::string_view)>>{"/block", any},
        {"/class/scsi_tape", IsMainTape}}) {
    Result<std::vector<std::string>> devpaths = LinksIn(sysfs, below, wanted);
    if (!devpaths.ok()) return devpaths.failure();
    for (const std::string& devpath : *devpaths) add(DoorOf(devpath));
  }
  Result<std::vector<std::string>> thunderbolt = LinksIn(sysfs, "/bus/thunderbolt/devices", any);
  if (!thunderbolt.ok()) return thunderbolt.failure();
  for (const std::string& devpath : *thunderbolt) add(ThunderboltDoorOf(devpath));
  Result<std::vector<Door>> strangers = StrangeAdapters(sysfs, adapters);
  if (!strangers.ok()) return strangers.failure();
  for (Door& each : *strangers) add(std::move(each));
  std::vector<Door> doors;
  for (auto& [place, door] : found) doors.push_back(std::move(door));
  return doors;
}

Result<std::unique_ptr<SysfsDevice>> OpenDoor(const std::string& sysfs, const std::string& place,
                                              const AdapterPaths& adapters) {
  if (!IsPlace(place)) return MakeFailure(EINVAL, "open device '" + place + "'");
  Result<std::vector<Door>> doors =
      IsAdapterPlace(place) ? StrangeAdapters(sysfs, adapters) : PresentDoors(sysfs, adapters);
  if (!doors.ok()) return doors.failure();
  const auto door = std::ranges::find(*doors, place, &Door::place);
  if (door == doors->end()) return MakeFailure(ENOENT, "open " + place);
  return HoldDoor(sysfs, std::move(*door));
}

Result<std::unique_ptr<SysfsDevice>> HoldDoor(const std::string& sysfs, Door door) {
  Result<Fd> directory =
      OpenAt(AT_FDCWD, sysfs + door.directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  if (!directory.ok()) return directory.failure();
  return SysfsDevice::Hold(std::move(*directory), std::move(door));
}

}  // namespace sekisho::platform
