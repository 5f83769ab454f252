#include "platform/linux/usb_interfaces.h"

#include <dirent.h>
#include <fcntl.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace sekisho::platform {
namespace {

constexpr const char* kDefault = "interface_authorized_default";

struct Found {
  std::string name;  // "2-1.4:1.0": device, configuration, interface
  std::uint8_t number = 0;
};

std::optional<std::uint8_t> NumberIn(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  const std::string_view text = name.substr(dot + 1);
  std::uint8_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// Names in a directory below the device's ("." is its own).
Result<std::vector<std::string>> NamesIn(const SysfsDevice& device, const std::string& path) {
  Result<Fd> fd = OpenAt(device.directory(), path, O_RDONLY | O_DIRECTORY);
  if (!fd.ok()) return GoneIfMissing(fd.failure());
  const int raw = fcntl(fd->get(), F_DUPFD_CLOEXEC, 0);
  if (raw < 0) return LastFailure("list " + device.PortPath());
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(fdopendir(raw), closedir);
  if (!directory) return LastFailure("list " + device.PortPath());
  std::vector<std::string> names;
  while (const dirent* entry = readdir(directory.get())) names.emplace_back(entry->d_name);
  return names;
}

Result<std::vector<Found>> List(const SysfsDevice& device) {
  Result<std::vector<std::string>> names = NamesIn(device, ".");
  if (!names.ok()) return names.failure();
  const std::string prefix = device.PortPath() + ":";
  std::vector<Found> found;
  for (std::string& name : *names) {
    if (!name.starts_with(prefix)) continue;
    if (const std::optional<std::uint8_t> number = NumberIn(name)) {
      found.push_back({std::move(name), *number});
    }
  }
  std::ranges::sort(found, {}, &Found::number);
  return found;
}

// The device lies below its root hub, a directory for each hub in between.
std::string RootHubFrom(const SysfsDevice& device, const char* attribute) {
  std::string path = "../";
  for (const char c : device.PortPath()) {
    if (c == '.') path += "../";
  }
  return path + attribute;
}

bool IsOpen(const SysfsDevice& device, const Found& interface) {
  const Result<std::string> now =
      ReadTextAt(device.directory(), interface.name + "/authorized", 16);
  return !now.ok() || *now != "0";
}

Outcome Switch(const SysfsDevice& device, const Found& interface, const char* value) {
  Outcome written = WriteAt(device.directory(), interface.name + "/authorized", value);
  if (!written.ok()) return GoneIfMissing(written.failure());
  return Done{};
}

// A HID device's directory: bus, vendor, product and a count in hexadecimal, as
// "0003:1050:0120.0004" (drivers/hid/hid-core.c, hid_add_device).
bool IsHidDevice(std::string_view name) {
  constexpr std::string_view kShape = "XXXX:XXXX:XXXX.";
  if (name.size() <= kShape.size()) return false;
  for (std::size_t i = 0; i < kShape.size(); ++i) {
    const bool digit = std::isxdigit(static_cast<unsigned char>(name[i])) != 0;
    if (kShape[i] == 'X' ? !digit : name[i] != kShape[i]) return false;
  }
  return true;
}

// By name: whatever took over the name is bound only if it is authorised itself.
Outcome Offer(const std::string& sysfs, const Found& interface) {
  Outcome offered = WriteAt(AT_FDCWD, sysfs + "/bus/usb/drivers_probe", interface.name);
  // Nothing of that name any more (drivers/base/bus.c, drivers_probe_store).
  if (!offered.ok() && offered.failure().code.value() == EINVAL) return Done{};
  return offered;
}

Outcome OpenAll(const std::string& sysfs, const SysfsDevice& device,
                const std::vector<Found>& shut) {
  for (const Found& each : shut) {
    if (Outcome opened = Switch(device, each, "1"); !opened.ok()) return opened;
  }
  std::optional<Failure> first;
  for (const Found& each : shut) {
    Outcome offered = Offer(sysfs, each);
    if (!offered.ok() && !first) first = offered.failure();
  }
  if (first) return *first;
  return Done{};
}

Outcome NotAs(const char* wanted, const Found& interface) {
  return MakeFailure(EIO, "interface " + interface.name + " is not " + wanted);
}

}  // namespace

Result<std::vector<InterfaceState>> ReadInterfaces(const SysfsDevice& device) {
  Result<std::vector<Found>> found = List(device);
  if (!found.ok()) return found.failure();
  std::vector<InterfaceState> states;
  for (const Found& each : *found) {
    const Result<std::string> now = ReadTextAt(device.directory(), each.name + "/authorized", 16);
    if (!now.ok() && now.failure().code.value() == ENOENT) continue;
    states.push_back({each.number, !now.ok() || *now != "0"});
  }
  return states;
}

Outcome AuthoriseInterface(const SysfsDevice& device, std::uint8_t number) {
  Result<std::vector<Found>> found = List(device);
  if (!found.ok()) return found.failure();
  const auto one = std::ranges::find(*found, number, &Found::number);
  if (one == found->end()) return MakeFailure(ENOENT, "authorise an interface");
  return Switch(device, *one, "1");
}

std::map<std::uint8_t, std::vector<std::byte>> ReadHidReports(const SysfsDevice& device) {
  constexpr std::size_t kMaxReport = 4096;  // include/linux/hid.h, HID_MAX_DESCRIPTOR_SIZE
  std::map<std::uint8_t, std::vector<std::byte>> reports;
  const Result<std::vector<Found>> found = List(device);
  if (!found.ok()) return reports;
  for (const Found& interface : *found) {
    const Result<std::string> code =
        ReadTextAt(device.directory(), interface.name + "/bInterfaceClass", 16);
    if (!code.ok() || *code != "03") continue;
    const Result<std::vector<std::string>> names = NamesIn(device, interface.name);
    if (!names.ok()) continue;
    for (const std::string& name : *names) {
      if (!IsHidDevice(name)) continue;
      Result<std::vector<std::byte>> report = ReadAt(
          device.directory(), interface.name + "/" + name + "/report_descriptor", kMaxReport);
      if (report.ok()) reports.emplace(interface.number, std::move(*report));
    }
  }
  return reports;
}

bool AnyShut(const std::vector<InterfaceState>& interfaces) {
  return std::ranges::any_of(interfaces,
                             [](const InterfaceState& each) { return !each.authorised; });
}

Result<std::string> NewInterfaces(const SysfsDevice& device) {
  return ReadTextAt(device.directory(), RootHubFrom(device, kDefault), 16);
}

Outcome ShutNewInterfacesOf(const SysfsDevice& device) {
  Outcome written = WriteAt(device.directory(), RootHubFrom(device, kDefault), "0");
  if (!written.ok() && written.failure().code.value() == ENOENT) {
    return MakeFailure(ENOTSUP, written.failure().step);
  }
  if (!written.ok()) return written;
  Result<std::string> now = NewInterfaces(device);
  if (!now.ok()) return now.failure();
  if (*now != "0") return MakeFailure(EIO, std::string(kDefault) + " is " + *now + " after 0");
  return Done{};
}

Outcome OpenInterfaces(const std::string& sysfs, const SysfsDevice& device) {
  Result<std::vector<Found>> found = List(device);
  if (!found.ok()) return found.failure();
  std::erase_if(*found, [&](const Found& each) { return IsOpen(device, each); });
  if (found->empty()) return Done{};
  if (Outcome opened = OpenAll(sysfs, device, *found); !opened.ok()) return opened;
  for (const Found& each : *found) {
    if (!IsOpen(device, each)) return NotAs("open", each);
  }
  return Done{};
}

OnlyOutcome OpenOnlyInterfaces(const std::string& sysfs, const SysfsDevice& device,
                               std::span<const std::uint8_t> numbers) {
  const auto is_one = [&](const Found& each) {
    return std::ranges::find(numbers, each.number) != numbers.end();
  };
  Result<std::vector<Found>> found = List(device);
  if (!found.ok()) return {found.failure(), Others::kOpen};
  std::vector<Found> to_open;
  for (const Found& each : *found) {
    if (is_one(each)) {
      if (!IsOpen(device, each)) to_open.push_back(each);
    } else if (IsOpen(device, each)) {
      if (Outcome shut = Switch(device, each, "0"); !shut.ok()) return {shut, Others::kOpen};
    }
  }
  Outcome opened = OpenAll(sysfs, device, to_open);
  for (const Found& each : *found) {
    if (!is_one(each) && IsOpen(device, each)) return {NotAs("shut", each), Others::kOpen};
    if (opened.ok() && is_one(each) && !IsOpen(device, each)) opened = NotAs("open", each);
  }
  return {opened, Others::kShut};
}

}  // namespace sekisho::platform
