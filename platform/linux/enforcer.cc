#include "platform/linux/enforcer.h"

#include <fcntl.h>
#include <glob.h>

#include <cerrno>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "platform/linux/descriptor_fd.h"
#include "platform/linux/sysfs_device.h"

namespace sekisho::platform {
namespace {

constexpr std::uint8_t kInterfaceDescriptor = 4;  // USB 2.0, table 9-5
constexpr std::size_t kInterfaceDescriptorLength = 9;
constexpr std::size_t kInterfaceClassOffset = 5;
constexpr const char* kParameter = "/module/usbcore/parameters/authorized_default";
constexpr int kClassHid = 0x03;
constexpr int kClassHub = 0x09;

std::vector<std::string> RootHubs(const std::string& sysfs) {
  glob_t found{};
  std::vector<std::string> hubs;
  if (glob((sysfs + "/bus/usb/devices/usb*/authorized_default").c_str(), 0, nullptr, &found) == 0) {
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

// usbcore's parameter first (controllers that come later), then every root hub. Goes on past a
// failure and reports the first.
Outcome SetEverywhere(const std::string& sysfs, const std::string& parameter,
                      const std::string& root_hubs) {
  std::optional<Failure> first = SetIn(sysfs + kParameter, parameter);
  for (const std::string& hub : RootHubs(sysfs)) {
    std::optional<Failure> failure = SetIn(hub, root_hubs);
    // A controller that was unplugged in between has nothing that would come up.
    if (failure && failure->code.value() == ENOENT) continue;
    if (failure && !first) first = std::move(failure);
  }
  if (first) return *first;
  return Done{};
}

}  // namespace

Outcome LinuxEnforcer::DenyNewDevices() { return SetEverywhere(sysfs_, "0", "0"); }

Outcome LinuxEnforcer::AllowNewDevices() { return SetEverywhere(sysfs_, "-1", "1"); }

Outcome LinuxEnforcer::Authorise(const OpenDevice& device) {
  const int directory = AsSysfs(device).directory();
  Result<std::vector<std::byte>> descriptors = ReadAt(directory, "descriptors", 65536);
  if (!descriptors.ok()) return GoneIfMissing(descriptors.failure());
  if (PersistenceFor(*descriptors) == Persistence::kDrop) {
    Outcome dropped = WriteAt(directory, "power/persist", "0");
    // A kernel without CONFIG_PM has no such file, and nothing that would persist.
    if (!dropped.ok() && dropped.failure().code.value() != ENOENT) return dropped;
  }
  return WriteAuthorised(device, "1");
}

Outcome LinuxEnforcer::Deauthorise(const OpenDevice& device) {
  return WriteAuthorised(device, "0");
}

Outcome LinuxEnforcer::WriteAuthorised(const OpenDevice& device, const char* value) {
  const int directory = AsSysfs(device).directory();
  Outcome written = WriteAt(directory, "authorized", value);
  if (!written.ok()) return GoneIfMissing(written.failure());
  // udev decides who at the seat may open the device's node, and decided when it was plugged in.
  // It makes no difference to the verdict if this fails.
  const Outcome told = WriteAt(directory, "uevent", "change");
  static_cast<void>(told.ok());
  return Done{};
}

Outcome LinuxEnforcer::CutPort(const OpenDevice& device) {
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
  std::vector<std::string> controls = RootHubs(sysfs);
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
