#include "platform/linux/opening.h"

#include <cerrno>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "platform/linux/device_source.h"
#include "platform/linux/doors/doors.h"
#include "platform/linux/enforcer.h"
#include "platform/linux/medium_guard/pins.h"
#include "platform/linux/sysfs_device.h"
#include "platform/linux/usb_interfaces.h"

namespace sekisho::platform {
namespace {

bool Went(const Failure& failure) {
  return failure.code.value() == ENODEV || failure.code.value() == ENOENT;
}

bool HasShutInterface(const SysfsDevice& device) {
  const Result<std::vector<InterfaceState>> interfaces = ReadInterfaces(device);
  return interfaces.ok() && AnyShut(*interfaces);
}

// Nothing when it is authorised now, or gone.
std::optional<Failure> Open(LinuxEnforcer& enforcer, const std::string& sysfs,
                            const std::string& port_path) {
  Result<std::unique_ptr<SysfsDevice>> device = SysfsDevice::Open(sysfs, port_path);
  if (!device.ok()) {
    return Went(device.failure()) ? std::nullopt : std::optional(device.failure());
  }
  Result<AuthorisedNow> now = ReadAuthorised(**device);
  if (now.ok() && *now == AuthorisedNow::kYes && !HasShutInterface(**device)) return std::nullopt;
  Outcome opened = now.ok() ? enforcer.Authorise(**device) : Outcome(now.failure());
  if (opened.ok() || Went(opened.failure())) return std::nullopt;
  return opened.failure();
}

std::optional<Failure> OpenAdapters(LinuxEnforcer& enforcer, const std::string& sysfs) {
  std::optional<Failure> first;
  const Result<std::vector<Door>> doors = StrangeAdapters(sysfs, AdapterPaths());
  if (!doors.ok()) return doors.failure();
  for (const Door& door : *doors) {
    const Result<std::unique_ptr<SysfsDevice>> device = HoldDoor(sysfs, door);
    const Outcome opened = device.ok() ? enforcer.Authorise(**device) : Outcome(device.failure());
    // One that no driver takes is as open as it can be.
    if (opened.ok() || Went(opened.failure()) || opened.failure().code.value() == ENXIO) continue;
    if (!first) first = opened.failure();
  }
  return first;
}

}  // namespace

Outcome OpenEverything(const std::string& sysfs) {
  LinuxEnforcer enforcer(sysfs);
  std::optional<Failure> first;
  // Before the devices: what hangs below a hub that comes up now is a new device.
  if (Outcome let_in = enforcer.AllowNewDevices(); !let_in.ok()) first = let_in.failure();
  if (Outcome let_in = ObserveMedia(sysfs); !let_in.ok() && !first) first = let_in.failure();
  Result<std::vector<std::string>> present = PresentDevices(sysfs);
  if (!present.ok()) return first ? *first : present.failure();
  for (const std::string& port_path : *present) {
    std::optional<Failure> failure = Open(enforcer, sysfs, port_path);
    if (failure && !first) first = std::move(failure);
  }
  if (std::optional<Failure> failure = OpenAdapters(enforcer, sysfs); failure && !first) {
    first = std::move(failure);
  }
  if (first) return *first;
  return Done{};
}

}  // namespace sekisho::platform
