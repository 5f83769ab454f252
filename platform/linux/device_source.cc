#include "platform/linux/device_source.h"

#include <dirent.h>

#include <algorithm>
#include <cerrno>

#include "platform/linux/doors/doors.h"
#include "platform/linux/doors/medium_nodes.h"
#include "platform/linux/sysfs_device.h"
#include "platform/linux/uevent.h"

namespace sekisho::platform {
namespace {

constexpr int kMaxDatagramsPerDrain = 4096;

// Whether the second of two notices in a row says nothing more than the first.
template <typename Notice>
bool Repeats(const DeviceNotice& before, const DeviceNotice& after) {
  const auto* first = std::get_if<Notice>(&before);
  const auto* second = std::get_if<Notice>(&after);
  return first != nullptr && second != nullptr && first->port_path == second->port_path;
}

}  // namespace

Result<std::unique_ptr<LinuxDeviceSource>> LinuxDeviceSource::Start(std::string sysfs) {
  Result<UeventSocket> socket = UeventSocket::Open();
  if (!socket.ok()) return socket.failure();
  return std::unique_ptr<LinuxDeviceSource>(
      new LinuxDeviceSource(std::move(*socket), std::move(sysfs)));
}

std::vector<DeviceNotice> LinuxDeviceSource::Drain() {
  std::vector<DeviceNotice> notices;
  for (int n = 0; n < kMaxDatagramsPerDrain; ++n) {
    Result<UeventSocket::Received> received = socket_.Receive();
    if (!received.ok()) {
      notices.push_back(DevicesUnknown{received.failure().ToString()});
      break;
    }
    if (std::holds_alternative<UeventSocket::Nothing>(*received)) break;
    if (std::holds_alternative<UeventSocket::Overrun>(*received)) {
      notices.push_back(DevicesUnknown{"the kernel dropped uevents (ENOBUFS)"});
      continue;
    }
    const auto* datagram = std::get_if<std::vector<std::byte>>(&*received);
    const std::optional<Uevent> uevent = datagram ? ParseUevent(*datagram) : std::nullopt;
    if (!uevent) {
      ++refused_;
      continue;
    }
    std::optional<DeviceNotice> notice = NoticeOf(*uevent);
    if (!notice) notice = DoorNoticeOf(*uevent);
    if (!notice) continue;
    if (!notices.empty() && (Repeats<DeviceAltered>(notices.back(), *notice) ||
                             Repeats<MediaAltered>(notices.back(), *notice))) {
      continue;
    }
    notices.push_back(std::move(*notice));
  }
  return notices;
}

Result<std::vector<std::string>> LinuxDeviceSource::Present() {
  Result<std::vector<std::string>> present = PresentDevices(sysfs_);
  if (!present.ok()) return present;
  Result<std::vector<Door>> doors = PresentDoors(sysfs_);
  if (!doors.ok()) return doors.failure();
  for (Door& door : *doors) present->push_back(std::move(door.place));
  return present;
}

Result<std::unique_ptr<OpenDevice>> LinuxDeviceSource::Open(const std::string& port_path) {
  Result<std::unique_ptr<SysfsDevice>> device =
      IsPortPath(port_path) ? SysfsDevice::Open(sysfs_, port_path) : OpenDoor(sysfs_, port_path);
  if (!device.ok()) return device.failure();
  return std::unique_ptr<OpenDevice>(std::move(*device));
}

Result<DeviceFacts> LinuxDeviceSource::Read(const OpenDevice& device) {
  const SysfsDevice& held = AsSysfs(device);
  return held.door() ? ReadDoor(held) : ReadFacts(held);
}

Result<std::vector<MediumNode>> LinuxDeviceSource::Media(const OpenDevice& device) {
  return MediumNodesBelow(AsSysfs(device).directory());
}

Result<std::vector<std::string>> PresentDevices(const std::string& sysfs) {
  const std::string path = sysfs + "/bus/usb/devices";
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(opendir(path.c_str()), closedir);
  if (!directory) {
    if (errno == ENOENT) return std::vector<std::string>();
    return LastFailure("list " + path);
  }
  std::vector<std::string> present;
  while (const dirent* entry = readdir(directory.get())) {
    if (IsPortPath(entry->d_name)) present.emplace_back(entry->d_name);
  }
  std::ranges::sort(present, [](const std::string& a, const std::string& b) {
    const auto depth = [](const std::string& path) { return std::ranges::count(path, '.'); };
    return std::pair(depth(a), a) < std::pair(depth(b), b);
  });
  return present;
}

}  // namespace sekisho::platform
