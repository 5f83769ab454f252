#include "platform/linux/usb_node.h"

#include <fcntl.h>
#include <linux/usbdevice_fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <optional>
#include <string_view>

#include "platform/linux/enforcer.h"
#include "platform/linux/usb_interfaces.h"

namespace sekisho::platform {
namespace {

std::optional<unsigned> ParseNumber(std::string_view text) {
  unsigned number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

Result<unsigned> ReadNumber(const SysfsDevice& device, const std::string& name) {
  Result<std::string> text = ReadTextAt(device.directory(), name, 16);
  if (!text.ok()) return GoneIfMissing(text.failure());
  const std::optional<unsigned> number = ParseNumber(*text);
  if (!number) return MakeFailure(EPROTO, "read " + name);
  return *number;
}

// "189:130", as sysfs writes it.
std::optional<dev_t> ParseDeviceNumber(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::optional<unsigned> major = ParseNumber(text.substr(0, colon));
  const std::optional<unsigned> minor = ParseNumber(text.substr(colon + 1));
  if (!major || !minor) return std::nullopt;
  return makedev(*major, *minor);
}

Outcome Claim(const SysfsDevice& device, const Fd& node, std::span<const std::uint8_t> interfaces) {
  for (const std::uint8_t number : interfaces) {
    if (Outcome opened = AuthoriseInterface(device, number); !opened.ok()) return opened;
    unsigned claimed = number;
    if (ioctl(node.get(), USBDEVFS_CLAIMINTERFACE, &claimed) != 0) {
      return LastFailure("claim an interface of " + device.PortPath());
    }
  }
  return Done{};
}

}  // namespace

Result<Fd> OpenUsbNode(const SysfsDevice& device, const std::string& nodes,
                       std::span<const std::uint8_t> interfaces) {
  Result<unsigned> bus = ReadNumber(device, "busnum");
  if (!bus.ok()) return bus.failure();
  Result<unsigned> number = ReadNumber(device, "devnum");
  if (!number.ok()) return number.failure();
  char name[32];
  std::snprintf(name, sizeof name, "/%03u/%03u", *bus, *number);
  const std::string path = nodes + name;
  Result<Fd> node = OpenAt(AT_FDCWD, path, O_RDWR);
  if (!node.ok()) return GoneIfMissing(node.failure());
  // The name may have been taken over since. A number belongs to one device as long as that is
  // there; it still is, if its directory still answers.
  struct stat opened{};
  if (fstat(node->get(), &opened) != 0) return LastFailure("stat " + path);
  Result<std::string> held = ReadTextAt(device.directory(), "dev", 32);
  if (!held.ok()) return GoneIfMissing(held.failure());
  const std::optional<dev_t> expected = ParseDeviceNumber(*held);
  if (!expected || !S_ISCHR(opened.st_mode) || opened.st_rdev != *expected) {
    return MakeFailure(ENODEV, path + " is another device");
  }
  std::uint32_t claimable = 0;
  for (const std::uint8_t number : interfaces) claimable |= std::uint32_t{1} << number;
  if (ioctl(node->get(), USBDEVFS_DROP_PRIVILEGES, &claimable) != 0) {
    return LastFailure("drop privileges of " + path);
  }
  return node;
}

Result<Fd> ClaimUsbInterfaces(const SysfsDevice& device, const std::string& sysfs,
                              const std::string& nodes, std::span<const std::uint8_t> interfaces) {
  constexpr std::uint8_t kInterfacesInAMask = 32;
  if (std::ranges::any_of(interfaces,
                          [](std::uint8_t each) { return each >= kInterfacesInAMask; })) {
    return MakeFailure(EINVAL, "claim an interface of " + device.PortPath());
  }
  LinuxEnforcer enforcer(sysfs);
  if (Outcome shut = enforcer.AuthoriseOnly(device, {}); !shut.ok()) return shut.failure();
  Result<Fd> node = OpenUsbNode(device, nodes, interfaces);
  if (node.ok()) {
    const Outcome claimed = Claim(device, *node, interfaces);
    if (claimed.ok()) return node;
    node = claimed.failure();
  }
  // Where a driver was faster, it loses the interface with the authorisation.
  const Outcome shut = enforcer.Deauthorise(device);
  static_cast<void>(shut.ok());  // gone, or read as open by whoever looks at it next
  return node;
}

}  // namespace sekisho::platform
