#include "platform/linux/probes.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/usbdevice_fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "platform/linux/descriptor_fd.h"
#include "platform/linux/device_nodes.h"
#include "platform/linux/enforcer.h"
#include "platform/linux/medium_guard/probe.h"
#include "platform/linux/seat.h"
#include "platform/linux/sysfs_device.h"
#include "platform/linux/usb_interfaces.h"

namespace sekisho::platform {
namespace {

constexpr std::size_t kMaxTried = 4;
constexpr std::chrono::milliseconds kTryBound{500};
constexpr unsigned kNobody = 65534;

// The device's own usbfs node: what `dev` in its directory says.
Result<DeviceNode> UsbNode(const SysfsDevice& device) {
  Result<std::string> number = ReadTextAt(device.directory(), "dev", 64);
  Result<std::string> bus = ReadTextAt(device.directory(), "busnum", 16);
  Result<std::string> address = ReadTextAt(device.directory(), "devnum", 16);
  for (const Result<std::string>* each : {&number, &bus, &address}) {
    if (!each->ok()) return GoneIfMissing(each->failure());
  }
  const auto padded = [](const std::string& text) {
    return std::string(text.size() < 3 ? 3 - text.size() : 0, '0') + text;
  };
  return DeviceNode{NodeKind::kCharacter, ParseDeviceNumber(*number),
                    "bus/usb/" + padded(*bus) + "/" + padded(*address)};
}

// Success means that the attempt went through, which is bad; the step says what.
Outcome Attack(const DeviceNode& node, unsigned person) {
  const std::string path = "/dev/" + node.name;
  Result<Fd> as_root = OpenAt(AT_FDCWD, path, O_RDWR | O_NONBLOCK);
  if (!as_root.ok()) return as_root.failure();
  struct stat status{};
  if (fstat(as_root->get(), &status) != 0 || status.st_rdev != node.number) {
    return MakeFailure(ENODEV, "open " + path);
  }
  unsigned interface = 0;
  if (ioctl(as_root->get(), USBDEVFS_CLAIMINTERFACE, &interface) == 0) return Done{};
  const int claim = errno;
  if (setgroups(0, nullptr) != 0 || setresgid(kNobody, kNobody, kNobody) != 0 ||
      setresuid(person, person, person) != 0) {
    return LastFailure("become the person at the seat");
  }
  if (OpenAt(AT_FDCWD, path, O_RDWR | O_NONBLOCK).ok()) return Done{};
  if (errno != EACCES && errno != EPERM) return LastFailure("open " + path + " as the person");
  return MakeFailure(claim, "claim");
}

// The same of one interface. That a driver has it already (EBUSY) means that it is not shut.
Outcome Claim(const DeviceNode& node, std::uint8_t number) {
  const std::string path = "/dev/" + node.name;
  Result<Fd> as_root = OpenAt(AT_FDCWD, path, O_RDWR | O_NONBLOCK);
  if (!as_root.ok()) return as_root.failure();
  struct stat status{};
  if (fstat(as_root->get(), &status) != 0 || status.st_rdev != node.number) {
    return MakeFailure(ENXIO, "open " + path);
  }
  unsigned interface = number;
  if (ioctl(as_root->get(), USBDEVFS_CLAIMINTERFACE, &interface) == 0 || errno == EBUSY) {
    return Done{};
  }
  return LastFailure("claim");
}

}  // namespace

std::vector<ProbeAttempt> LinuxProbes::Try(std::span<const OpenDevice* const> refused,
                                           std::span<const PartlyOpen> partly) {
  std::vector<ProbeAttempt> attempts = {NewDevice(), RefusedMedium()};
  // With nothing refused there is nothing to attack, and nothing claimed: an attempt that could not
  // be made would list every quiet terminal as unprotected.
  if (!refused.empty()) attempts.push_back(RefusedDevices(refused));
  if (!partly.empty()) attempts.push_back(ShutInterfaces(partly));
  return attempts;
}

ProbeAttempt LinuxProbes::RefusedMedium() const {
  MediumGuardPaths paths;
  paths.sysfs = sysfs_;
  return TryRefusedMedium(paths);
}

ProbeAttempt LinuxProbes::NewDevice() const {
  ProbeAttempt attempt{"usb.new-device", ProbeEnd::kUntried, "not tried in this boot"};
  if (Result<std::string> text = ReadTextAt(AT_FDCWD, record_); text.ok()) {
    if (std::optional<ProbeRecord> record = ParseProbeRecord(*text + "\n")) {
      attempt = std::move(record->attempt);
    }
  }
  Result<std::vector<std::string>> loose = LooseControls(sysfs_);
  if (!loose.ok()) {
    attempt.end = ProbeEnd::kUntried;
    attempt.detail = loose.failure().ToString();
  } else if (!loose->empty()) {
    attempt.end = ProbeEnd::kOpen;
    attempt.detail = "would authorise new devices: " + loose->front();
  }
  return attempt;
}

ProbeAttempt LinuxProbes::RefusedDevices(std::span<const OpenDevice* const> refused) {
  ProbeAttempt attempt{"usb.refused-device", ProbeEnd::kUntried, "went before it was tried"};
  const Result<SeatPerson> person = LogindSeat().Active();
  const unsigned uid = person.ok() && person->uid != 0 ? person->uid : kNobody;
  std::size_t held = 0;
  for (const OpenDevice* device : refused.first(std::min(refused.size(), kMaxTried))) {
    const Result<DeviceNode> node = UsbNode(AsSysfs(*device));
    if (!node.ok()) continue;  // it went
    const std::string step = "attack " + device->PortPath();
    const Outcome through = children_.Run(step, kTryBound, [&] { return Attack(*node, uid); });
    if (through.ok()) {
      attempt.end = ProbeEnd::kOpen;
      attempt.detail = device->PortPath() + " can be opened or claimed although it is refused";
      return attempt;
    }
    if (through.failure().step == "claim") {
      ++held;
    } else {
      attempt.detail = device->PortPath() + ": " + through.failure().ToString();
    }
  }
  if (held > 0) {
    attempt.end = ProbeEnd::kHolds;
    attempt.detail = std::to_string(held) + " refused: could be neither claimed nor opened";
  }
  return attempt;
}

ProbeAttempt LinuxProbes::ShutInterfaces(std::span<const PartlyOpen> partly) {
  ProbeAttempt attempt{"usb.shut-interface", ProbeEnd::kUntried, "went before it was tried"};
  std::size_t held = 0;
  for (const PartlyOpen& each : partly.first(std::min(partly.size(), kMaxTried))) {
    const SysfsDevice& device = AsSysfs(*each.device);
    const Result<DeviceNode> node = UsbNode(device);
    const Result<std::string> later = NewInterfaces(device);
    if (!node.ok() || !later.ok()) continue;  // it went
    if (*later != "0") {
      attempt.end = ProbeEnd::kOpen;
      attempt.detail = device.PortPath() + ": another configuration would come up open";
      return attempt;
    }
    for (const std::uint8_t number : each.shut) {
      const std::string name = device.PortPath() + " interface " + std::to_string(number);
      const Outcome claimed =
          children_.Run("attack " + name, kTryBound, [&] { return Claim(*node, number); });
      if (claimed.ok()) {
        attempt.end = ProbeEnd::kOpen;
        attempt.detail = name + " can be claimed although it is shut";
        return attempt;
      }
      // usb_driver_claim_interface says ENODEV of one that is not authorised, and usbfs ENOENT of
      // one that the active configuration has not got (drivers/usb/core/devio.c, claimintf).
      const int code = claimed.failure().code.value();
      if (claimed.failure().step == "claim" && (code == ENODEV || code == ENOENT)) {
        ++held;
      } else {
        attempt.detail = name + ": " + claimed.failure().ToString();
      }
    }
  }
  if (held > 0) {
    attempt.end = ProbeEnd::kHolds;
    attempt.detail = std::to_string(held) + " interfaces are shut: could not be claimed";
  }
  return attempt;
}

}  // namespace sekisho::platform
