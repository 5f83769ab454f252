#include "platform/linux/doors/place.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include "platform/linux/uevent.h"

namespace sekisho::platform {
namespace {

constexpr std::size_t kMaxPlace = 64;
using Bus = AttachmentFacts::Bus;

struct Component {
  std::string_view name;
  std::size_t end = 0;  // of it in the path
};

std::vector<Component> Split(std::string_view path) {
  std::vector<Component> components;
  for (std::size_t start = 0; start < path.size();) {
    const std::size_t end = std::min(path.find('/', start), path.size());
    if (end != start) components.push_back({path.substr(start, end - start), end});
    start = end + 1;
  }
  return components;
}

// Whether `text` is of that form: 'd' stands for one or more decimal digits, 'x' for hexadecimal
// ones, anything else for itself.
bool Has(std::string_view text, std::string_view form) {
  for (const char each : form) {
    if (each != 'd' && each != 'x') {
      if (text.empty() || text.front() != each) return false;
      text.remove_prefix(1);
      continue;
    }
    const std::size_t digits = std::min(
        text.find_first_not_of(each == 'd' ? "0123456789" : "0123456789abcdef"), text.size());
    if (digits == 0) return false;
    text.remove_prefix(digits);
  }
  return text.empty();
}

// "ata" has a letter that forms use; the rest is digits.
bool IsNumbered(std::string_view text, std::string_view stem) {
  return text.starts_with(stem) && Has(text.substr(stem.size()), "d");
}

bool IsUsbBus(std::string_view name) { return IsNumbered(name, "usb"); }
bool IsPci(std::string_view name) { return Has(name, "x:x:x.d"); }

template <typename Test>
std::string LastBefore(const std::vector<Component>& components, std::size_t end, Test test) {
  for (std::size_t i = end; i-- > 0;) {
    if (test(components[i].name)) return std::string(components[i].name);
  }
  return {};
}

std::string Under(const std::string& pci, std::string_view name, std::string_view otherwise) {
  return pci.empty() ? std::string(otherwise) + std::string(name)
                     : "pci-" + pci + "/" + std::string(name);
}

Door ScsiDoor(const std::vector<Component>& components, std::size_t at) {
  const std::string name(components[at].name);  // "2:0:0:0"
  const std::string within = name.substr(name.find(':') + 1);
  const std::string ata =
      LastBefore(components, at, [](auto each) { return IsNumbered(each, "ata"); });
  const std::string unit = LastBefore(components, at, [](auto each) {
    return each.starts_with("fw") && Has(each.substr(2), "d.d");
  });
  const bool made =
      !LastBefore(components, at, [](auto each) { return IsNumbered(each, "pseudo_"); }).empty();
  Door door{Door::Kind::kScsi, made ? Bus::kVirtual : Bus::kScsi, "scsi-" + name, {}};
  if (!ata.empty()) {
    door.bus = Bus::kAta;
    door.place = ata;
  } else if (!unit.empty()) {
    door.bus = Bus::kFirewire;
    door.place = "firewire-" + unit;
  } else {
    return door;
  }
  if (within != "0:0:0") door.place += "/" + within;
  return door;
}

// What the kernel makes of disks that are decided on themselves, or of its own memory.
bool IsDerived(std::string_view name) {
  constexpr std::array<std::string_view, 4> kDerived = {"loop", "dm-", "md", "zram"};
  return std::ranges::any_of(kDerived,
                             [&](std::string_view stem) { return name.starts_with(stem); });
}

bool IsSdio(std::string_view name) {  // "mmc1:0001:1"
  return name.starts_with("mmc") && Has(name.substr(3), "d:x:d");
}

// Below a PCI function that is a controller of devices of its own.
bool BeginsBus(std::string_view name) {
  return name == "mmc_host" || IsNumbered(name, "domain") || IsNumbered(name, "serial") ||
         (name.starts_with("fw") && Has(name.substr(2), "d"));
}

Bus BusOfAdapter(const std::vector<Component>& components, std::size_t at) {
  const std::string_view name = components[at].name;
  if (IsPci(name)) return Bus::kPci;
  if (IsSdio(name)) return Bus::kMmc;
  if (name.starts_with("fw") && Has(name.substr(2), "d.d")) return Bus::kFirewire;
  if (Has(name, "d-x.d")) return Bus::kThunderbolt;
  return components[1].name == "virtual" ? Bus::kVirtual : Bus::kOther;
}

std::optional<Door> AdapterAt(const std::vector<Component>& components, std::size_t at,
                              std::string_view devpath) {
  const std::string name(components[at].name);
  Door door{Door::Kind::kAdapter, BusOfAdapter(components, at),
            (IsPci(name) ? "pci-" : "adapter-") + name,
            std::string(devpath.substr(0, components[at].end))};
  if (!IsAdapterPlace(door.place)) return std::nullopt;
  return door;
}

}  // namespace

std::optional<Door> DoorOf(std::string_view devpath) {
  const std::vector<Component> components = Split(devpath);
  std::string pci;
  for (std::size_t i = 0; i < components.size(); ++i) {
    const std::string_view name = components[i].name;
    if (IsUsbBus(name)) return std::nullopt;
    if (IsPci(name)) pci = name;
    const std::string_view before = i > 0 ? components[i - 1].name : std::string_view();
    std::optional<Door> door;
    if (Has(name, "d:d:d:d")) {
      door = ScsiDoor(components, i);
    } else if (IsNumbered(name, "nvme") && (before == "nvme" || before == "ctl")) {
      door = Door{Door::Kind::kNvme, Bus::kNvme, Under(pci, name, ""), {}};
    } else if (IsNumbered(name, "nvme-subsys")) {
      door = Door{Door::Kind::kNvme, Bus::kNvme, std::string(name), {}};
    } else if (name.starts_with("mmc") && Has(name.substr(3), "d:x")) {
      door = Door{Door::Kind::kMmc, Bus::kMmc, std::string(name), {}};
    } else if (before == "block") {
      const bool made = i >= 2 && components[i - 2].name == "virtual";
      if (made && IsDerived(name)) return std::nullopt;
      const Bus bus = made ? Bus::kVirtual : pci.empty() ? Bus::kOther : Bus::kPci;
      door = Door{Door::Kind::kBlock, bus, Under(pci, name, "block-"), {}};
    }
    if (!door) continue;
    door->directory = devpath.substr(0, components[i].end);
    if (!IsPlace(door->place)) return std::nullopt;
    return door;
  }
  return std::nullopt;
}

std::optional<Door> ThunderboltDoorOf(std::string_view devpath) {
  const std::vector<Component> components = Split(devpath);
  if (components.empty()) return std::nullopt;
  const std::string_view name = components.back().name;
  const bool in_domain = std::ranges::any_of(
      components, [](const Component& each) { return IsNumbered(each.name, "domain"); });
  // A route is written in hexadecimal, 0 is the machine's own router
  // (drivers/thunderbolt/switch.c).
  if (!in_domain || !Has(name, "d-x") || name.ends_with("-0")) return std::nullopt;
  Door door{Door::Kind::kThunderbolt, Bus::kThunderbolt, "thunderbolt-" + std::string(name),
            std::string(devpath)};
  if (!IsPlace(door.place)) return std::nullopt;
  return door;
}

std::optional<Door> AdapterDoorOf(std::string_view devpath) {
  const std::vector<Component> components = Split(devpath);
  std::optional<std::size_t> device;  // what the interface or the controller hangs on
  std::optional<std::size_t> function;
  for (std::size_t i = 1; i < components.size() && !device; ++i) {
    const std::string_view name = components[i].name;
    const std::string_view before = components[i - 1].name;
    if (IsUsbBus(name)) return std::nullopt;
    if (IsPci(name)) function = i;
    if (BeginsBus(name)) function.reset();
    if (IsNumbered(name, "hci")) {
      // A controller that hangs on nothing, or on a terminal line, is one itself.
      const bool grouped = before == "bluetooth" && i >= 3;
      device = grouped && components[i - 2].name != "virtual" ? i - 2 : i;
    } else if ((name == "net" || name == "ieee80211") && i + 1 < components.size()) {
      if (before == "virtual" || i < 2) return std::nullopt;
      device = i - 1;
    }
  }
  if (!device) return std::nullopt;
  const std::size_t held = function && *function <= *device ? *function : *device;
  return AdapterAt(components, held, devpath);
}

std::optional<Door> BusAdapterDoorOf(std::string_view devpath) {
  const std::vector<Component> components = Split(devpath);
  if (components.empty()) return std::nullopt;
  const std::string_view name = components.back().name;
  if (!IsPci(name) && !IsSdio(name)) return std::nullopt;
  return AdapterAt(components, components.size() - 1, devpath);
}

bool IsAdapterPlace(std::string_view place) {
  return IsPlace(place) && place.find('/') == std::string_view::npos &&
         (place.starts_with("adapter-") || (place.starts_with("pci-") && IsPci(place.substr(4))));
}

std::optional<std::string> UsbPortOf(std::string_view devpath) {
  std::optional<std::string> port;
  enum class Part { kAbove, kUsb } part = Part::kAbove;
  for (const Component& each : Split(devpath)) {
    if (part == Part::kAbove) {
      if (IsUsbBus(each.name)) part = Part::kUsb;
      continue;
    }
    if (!IsPortPath(each.name)) break;  // an interface: what follows is its driver's
    port = each.name;
  }
  return port;
}

bool IsPlace(std::string_view text) {
  if (text.empty() || text.size() > kMaxPlace || text.front() < 'a' || text.front() > 'z') {
    return false;
  }
  if (text.find("..") != std::string_view::npos) return false;
  return std::ranges::all_of(text, [](char each) {
    return (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') ||
           (each >= '0' && each <= '9') ||
           std::string_view(".:-/_").find(each) != std::string_view::npos;
  });
}

}  // namespace sekisho::platform
