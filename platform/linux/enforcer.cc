#include "platform/linux/enforcer.h"

#include <fcntl.h>
#include <glob.h>

#include <cerrno>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "platform/linux/descriptor_fd.h"
#include "platform/linux/doors/door_switch.h"
#include "platform/linux/sysfs_device.h"
#include "platform/linux/usb_interfaces.h"

namespace sekisho::platform {
namespace {

constexpr std::uint8_t kInterfaceDescriptor = 4;  // USB 2.0, table 9-5
constexpr std::size_t kInterfaceDescriptorLength = 9;
constexpr std::size_t kInterfaceClassOffset = 5;
constexpr const char* kParameter = "/module/usbcore/parameters/authorized_default";
constexpr const char* kDevices = "authorized_default";
constexpr const char* kInterfaces = "interface_authorized_default";
constexpr int kClassHid = 0x03;
constexpr int kClassHub = 0x09;

// Each root hub's setting of that name.
std::vector<std::string> RootHubs(const std::string& sysfs, const char* setting) {
  glob_t found{};
  std::vector<std::string> hubs;
  const std::string pattern = sysfs + "/bus/usb/devices/usb*/" + setting;
  if (glob(pattern.c_str(), 0, nullptr, &found) == 0) {
    hubs.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  }
  globfree(&found);
  return hubs;
}

// Writes it and reads it back: the kernel's word, not ours.
std::optional<Failure> SetIn(const std::string& path, const std::string& value) {
  if (Outcome written = WriteAt(AT_FDCWD, path, value.c_str()); !written.ok()) {
    return written.failure();
  }
  Result<std::string> now = ReadTextAt(AT_FDCWD, path, 16);
  if (!now.ok()) return now.failure();
  if (*now != value) {
    return MakeFailure(EIO, path + " is " + *now + " after " + value + " was written");
  }
  return std::nullopt;
}

// Goes on past a failure and reports the first.
std::optional<Failure> SetOnRootHubs(const std::string& sysfs, const char* setting,
                                     const std::string& value) {
  std::optional<Failure> first;
  for (const std::string& hub : RootHubs(sysfs, setting)) {
    std::optional<Failure> failure = SetIn(hub, value);
    // A controller that was unplugged in between has nothing that would come up.
    if (failure && failure->code.value() == ENOENT) continue;
    if (failure && !first) first = std::move(failure);
  }
  return first;
}

Outcome FirstOf(std::initializer_list<std::optional<Failure>> failures) {
  for (const std::optional<Failure>& each : failures) {
    if (each) return *each;
  }
  return Done{};
}

}  // namespace

// usbcore's parameter first: controllers that come later.
Outcome LinuxEnforcer::DenyNewDevices() {
  const std::optional<Failure> later = SetIn(sysfs_ + kParameter, "0");
  return FirstOf({later, SetOnRootHubs(sysfs_, kDevices, "0")});
}

Outcome LinuxEnforcer::AllowNewDevices() {
  const std::optional<Failure> later = SetIn(sysfs_ + kParameter, "-1");
  // Before the devices: one that comes up in between would have nothing open.
  const std::optional<Failure> interfaces = SetOnRootHubs(sysfs_, kInterfaces, "1");
  return FirstOf({later, SetOnRootHubs(sysfs_, kDevices, "1"), interfaces});
}

Outcome LinuxEnforcer::Authorise(const OpenDevice& device) {
  if (AsSysfs(device).door()) return SwitchDoor(AsSysfs(device), DoorTo::kOpen);
  if (Outcome dropped = DropPersistence(device); !dropped.ok()) return dropped;
  if (Outcome written = WriteAuthorised(device, "1"); !written.ok()) return written;
  // Its bus may have been told to keep them shut, for another device.
  Outcome opened = OpenInterfaces(sysfs_, AsSysfs(device));
  TellUdev(device);
  return opened;
}

Outcome LinuxEnforcer::AuthoriseOnly(const OpenDevice& device,
                                     std::span<const std::uint8_t> interfaces) {
  if (Outcome shut = ShutNewInterfaces(device); !shut.ok()) return shut;
  if (Outcome dropped = DropPersistence(device); !dropped.ok()) return dropped;
  if (Outcome written = WriteAuthorised(device, "1"); !written.ok()) return written;
  OnlyOutcome opened = OpenOnlyInterfaces(sysfs_, AsSysfs(device), interfaces);
  if (opened.others == Others::kOpen) {
    const Outcome shut = WriteAuthorised(device, "0");
    static_cast<void>(shut.ok());  // gone, or read as open by whoever looks at it next
  }
  TellUdev(device);
  return opened.outcome;
}

Outcome LinuxEnforcer::ShutNewInterfaces(const OpenDevice& device) {
  if (AsSysfs(device).door()) return MakeFailure(ENOTSUP, "shut interfaces of what is not USB");
  return ShutNewInterfacesOf(AsSysfs(device));
}

Outcome LinuxEnforcer::Deauthorise(const OpenDevice& device) {
  if (AsSysfs(device).door()) return SwitchDoor(AsSysfs(device), DoorTo::kShut);
  if (Outcome written = WriteAuthorised(device, "0"); !written.ok()) return written;
  TellUdev(device);
  return Done{};
}

Outcome LinuxEnforcer::DropPersistence(const OpenDevice& device) {
  const int directory = AsSysfs(device).directory();
  Result<std::vector<std::byte>> descriptors = ReadAt(directory, "descriptors", 65536);
  if (!descriptors.ok()) return GoneIfMissing(descriptors.failure());
  if (PersistenceFor(*descriptors) == Persistence::kKeep) return Done{};
  Outcome dropped = WriteAt(directory, "power/persist", "0");
  // A kernel without CONFIG_PM has no such file, and nothing that would persist.
  if (!dropped.ok() && dropped.failure().code.value() != ENOENT) return dropped;
  return Done{};
}

Outcome LinuxEnforcer::WriteAuthorised(const OpenDevice& device, const char* value) {
  Outcome written = WriteAt(AsSysfs(device).directory(), "authorized", value);
  if (!written.ok()) return GoneIfMissing(written.failure());
  return Done{};
}

// udev decides who at the seat may open the device's node, and decided when it was plugged in.
// It makes no difference to the verdict if this fails.
void LinuxEnforcer::TellUdev(const OpenDevice& device) {
  const Outcome told = WriteAt(AsSysfs(device).directory(), "uevent", "change");
  static_cast<void>(told.ok());
}

Outcome LinuxEnforcer::CutPort(const OpenDevice& device) {
  if (AsSysfs(device).door()) return CutDoor(sysfs_, AsSysfs(device));
  const int directory = AsSysfs(device).directory();
  // The port stays when its device goes: hold it before cutting.
  Result<Fd> port = OpenAt(directory, "port", O_RDONLY | O_DIRECTORY);
  if (!port.ok()) {
    Result<AuthorisedNow> there = ReadAuthorised(AsSysfs(device));
    return there.ok() ? port.failure() : there.failure();
  }
  if (Outcome cut = WriteAt(port->get(), "disable", "1"); !cut.ok()) return cut;
  return WriteAt(port->get(), "disable", "0");
}

Result<std::vector<std::string>> LooseControls(const std::string& sysfs) {
  std::vector<std::string> controls = RootHubs(sysfs, kDevices);
  controls.insert(controls.begin(), sysfs + kParameter);
  std::vector<std::string> loose;
  for (const std::string& path : controls) {
    Result<std::string> now = ReadTextAt(AT_FDCWD, path, 16);
    if (!now.ok()) {
      if (&path != &controls.front() && now.failure().code.value() == ENOENT) continue;
      return now.failure();
    }
    if (*now != "0") loose.push_back(path);
  }
  return loose;
}

Persistence PersistenceFor(std::span<const std::byte> descriptors) {
  const auto at = [&](std::size_t i) { return std::to_integer<std::uint8_t>(descriptors[i]); };
  bool interfaces = false;
  for (std::size_t i = 0; i < descriptors.size();) {
    const std::size_t length = at(i);
    if (length < 2 || i + length > descriptors.size()) return Persistence::kDrop;
    if (at(i + 1) == kInterfaceDescriptor) {
      if (length < kInterfaceDescriptorLength) return Persistence::kDrop;
      const int class_code = at(i + kInterfaceClassOffset);
      if (class_code != kClassHid && class_code != kClassHub) return Persistence::kDrop;
      interfaces = true;
    }
    i += length;
  }
  return interfaces ? Persistence::kKeep : Persistence::kDrop;
}

}  // namespace sekisho::platform
