#include "platform/linux/sysfs_device.h"

#include <fcntl.h>

#include <cerrno>

#include "platform/linux/uevent.h"
#include "platform/linux/usb_interfaces.h"

namespace sekisho::platform {
namespace {

constexpr std::size_t kMaxDescriptors = 65536;

// A string that the device may not have: sysfs then has no such file.
Result<std::string> ReadOptional(int directory, const std::string& name) {
  Result<std::string> text = ReadTextAt(directory, name);
  if (!text.ok() && text.failure().code.value() == ENOENT) return std::string();
  return text;
}

}  // namespace

Result<std::unique_ptr<SysfsDevice>> SysfsDevice::Open(const std::string& sysfs,
                                                       const std::string& port_path) {
  if (!IsPortPath(port_path)) return MakeFailure(EINVAL, "open device '" + port_path + "'");
  Result<Fd> directory =
      OpenAt(AT_FDCWD, sysfs + "/bus/usb/devices/" + port_path, O_RDONLY | O_DIRECTORY);
  if (!directory.ok()) return directory.failure();
  return std::unique_ptr<SysfsDevice>(
      new SysfsDevice(std::move(*directory), port_path, std::nullopt));
}

Failure GoneIfMissing(Failure failure) {
  if (failure.code.value() == ENOENT) {
    failure.code = std::error_code(ENODEV, std::generic_category());
  }
  return failure;
}

Result<AuthorisedNow> ReadAuthorised(const SysfsDevice& device) {
  Result<std::string> text = ReadTextAt(device.directory(), "authorized", 16);
  if (!text.ok()) return GoneIfMissing(text.failure());
  // Anything but "0" counts as open: in doubt, shut it.
  return *text == "0" ? AuthorisedNow::kNo : AuthorisedNow::kYes;
}

Result<DeviceFacts> ReadFacts(const SysfsDevice& device) {
  DeviceFacts facts;
  Result<std::vector<std::byte>> descriptors =
      ReadAt(device.directory(), "descriptors", kMaxDescriptors);
  if (!descriptors.ok()) return GoneIfMissing(descriptors.failure());
  facts.descriptors = std::move(*descriptors);
  for (auto [name, field] : {std::pair{"serial", &DeviceFacts::serial},
                             std::pair{"manufacturer", &DeviceFacts::manufacturer},
                             std::pair{"product", &DeviceFacts::product}}) {
    Result<std::string> text = ReadOptional(device.directory(), name);
    if (!text.ok()) return GoneIfMissing(text.failure());
    facts.*field = std::move(*text);
  }
  Result<std::vector<InterfaceState>> interfaces = ReadInterfaces(device);
  if (!interfaces.ok()) return interfaces.failure();
  facts.interfaces = std::move(*interfaces);
  facts.hid_reports = ReadHidReports(device);
  if (NewInterfaces(device).ok()) facts.control = DeviceFacts::Interfaces::kEachItsOwn;
  // Last, and on purpose: the kernel takes `authorized` away before the strings (the groups of
  // usb_device_groups go in order), so a device that still has it did not lose its serial number
  // while it was read.
  Result<AuthorisedNow> authorised = ReadAuthorised(device);
  if (!authorised.ok()) return authorised.failure();
  facts.authorised = *authorised == AuthorisedNow::kYes;
  return facts;
}

}  // namespace sekisho::platform
