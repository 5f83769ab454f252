#include "platform/linux/doors/adapters.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

#include "platform/linux/descriptor_fd.h"
#include "platform/linux/doors/doors.h"
#include "platform/linux/doors/listing.h"
#include "platform/linux/files.h"

namespace sekisho::platform {
namespace {

using Kind = AttachmentFacts::Kind;

// PCI Code and ID Assignment 1.11, 1.3 and 1.14: base class, subclass, interface.
constexpr unsigned kPciNetwork = 0x02;
constexpr unsigned kPciWireless = 0x0d;
constexpr unsigned kPciOtherNetwork = 0x0280;  // what Wi-Fi cards say
constexpr unsigned kPciBluetooth = 0x0d11;
constexpr unsigned kPciWifiA = 0x0d20;
constexpr unsigned kPciWifiB = 0x0d21;
// SDIO Part E1, table 6-5.
constexpr unsigned kSdioBluetooth[] = {0x02, 0x03, 0x09};
constexpr unsigned kSdioWlan = 0x07;
// PCIe 6.0, 7.6.3: extended capabilities begin here; 7.9.3: the device serial number.
constexpr std::size_t kExtended = 0x100;
constexpr std::size_t kConfigBytes = 4096;
constexpr unsigned kSerialNumber = 0x0003;

std::string Text(int directory, const std::string& name) {
  const Result<std::string> text = ReadTextAt(directory, name);
  return text.ok() ? *text : std::string();
}

// "0x020000"; 0 when there is none.
unsigned Number(int directory, const std::string& name) {
  std::string text = Text(directory, name);
  if (text.starts_with("0x")) text.erase(0, 2);
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  return error == std::errc() && end == text.data() + text.size() ? value : 0;
}

std::string LinkOf(int directory, const char* name) {
  std::array<char, 4096> target;
  const ssize_t n = readlinkat(directory, name, target.data(), target.size());
  return n > 0 ? std::string(target.data(), static_cast<std::size_t>(n)) : std::string();
}

// What a driver can be bound to and unbound from through sysfs; a class has no such thing.
bool IsOnBus(int directory) {
  return LinkOf(directory, "subsystem").find("/bus/") != std::string::npos;
}

std::string NameOf(const SysfsDevice& device) {
  const std::string& directory = device.door()->directory;
  return directory.substr(directory.rfind('/') + 1);
}

// The soft switches of its radios, paths relative to its directory.
std::vector<std::string> RadioSwitches(int directory) {
  namespace fs = std::filesystem;
  std::vector<std::string> switches;
  const auto look = [&](const std::string& below) {
    const std::string path = "/proc/self/fd/" + std::to_string(directory) + "/" + below;
    std::error_code error;
    for (fs::directory_iterator each(path, error), end; !error && each != end;
         each.increment(error)) {
      const std::string name = each->path().filename().string();
      if (name.starts_with("rfkill")) switches.push_back(below + name + "/soft");
    }
  };
  look("");
  std::error_code error;
  const std::string phys = "/proc/self/fd/" + std::to_string(directory) + "/ieee80211";
  for (fs::directory_iterator each(phys, error), end; !error && each != end;
       each.increment(error)) {
    look("ieee80211/" + each->path().filename().string() + "/");
  }
  return switches;
}

Kind KindOfPci(unsigned code) {
  const unsigned subclass = code >> 8;
  if (subclass == kPciBluetooth) return Kind::kBluetooth;
  if (subclass == kPciOtherNetwork || subclass == kPciWifiA || subclass == kPciWifiB) {
    return Kind::kWifi;
  }
  return Kind::kNetworkAdapter;
}

// What SDIO cards do not say is Wi-Fi: there is hardly anything else that makes an interface.
Kind KindOfSdio(unsigned code) {
  return std::ranges::find(kSdioBluetooth, code) != std::end(kSdioBluetooth) ? Kind::kBluetooth
                                                                             : Kind::kWifi;
}

Kind KindOf(const SysfsDevice& device) {
  const int directory = device.directory();
  switch (device.door()->bus) {
    case AttachmentFacts::Bus::kPci:
      return KindOfPci(Number(directory, "class"));
    case AttachmentFacts::Bus::kMmc:
      return KindOfSdio(Number(directory, "class"));
    case AttachmentFacts::Bus::kAta:
    case AttachmentFacts::Bus::kScsi:
    case AttachmentFacts::Bus::kNvme:
    case AttachmentFacts::Bus::kThunderbolt:
    case AttachmentFacts::Bus::kFirewire:
    case AttachmentFacts::Bus::kVirtual:
    case AttachmentFacts::Bus::kOther:
      break;
  }
  const std::string name = NameOf(device);
  // A serdev on a serial line is a Bluetooth chip's (Documentation/driver-api/serial/driver.rst).
  if (name.starts_with("hci") || name.starts_with("serial")) return Kind::kBluetooth;
  return IsOnBus(directory) ? Kind::kNetworkAdapter : Kind::kWifi;
}

const char* InWords(Kind kind) {
  switch (kind) {
    case Kind::kWifi:
      return "Wi-Fi adapter";
    case Kind::kBluetooth:
      return "Bluetooth controller";
    case Kind::kNetworkAdapter:
    case Kind::kStorage:
    case Kind::kOptical:
    case Kind::kTape:
    case Kind::kUnknown:
      return "Network adapter";
  }
  return "Network adapter";
}

// Sixteen hexadecimal digits; empty when it has none, or this kernel does not let us look.
std::string PciSerial(int directory) {
  const Result<std::vector<std::byte>> config = ReadAt(directory, "config", kConfigBytes);
  if (!config.ok()) return {};
  const auto word = [&](std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      value |= std::to_integer<std::uint32_t>((*config)[at + i]) << (8 * i);
    }
    return value;
  };
  std::size_t at = kExtended;
  // As many as fit: a card may lie about where the next one is.
  for (std::size_t n = 0; n < kConfigBytes / 8 && at >= kExtended; ++n) {
    if (at + 12 > config->size()) return {};
    const std::uint32_t header = word(at);
    if ((header & 0xffff) == kSerialNumber) {
      std::array<char, 20> text{};
      std::snprintf(text.data(), text.size(), "%08x%08x", word(at + 8), word(at + 4));
      return text.data();
    }
    at = (header >> 20) & 0xffc;
  }
  return {};
}

bool IsNetworkFunction(const std::string& sysfs, const std::string& devpath) {
  const unsigned base = Number(AT_FDCWD, sysfs + devpath + "/class") >> 16;
  return base == kPciNetwork || base == kPciWireless;
}

bool IsRadioFunction(const std::string& sysfs, const std::string& devpath) {
  const unsigned code = Number(AT_FDCWD, sysfs + devpath + "/class");
  return code == kSdioWlan || KindOfSdio(code) == Kind::kBluetooth;
}

// Where neither a driver nor a radio can be switched off, it is not one yet: its switch comes last.
bool CanBeSwitched(const std::string& sysfs, const Door& door) {
  const Result<Fd> directory = OpenAt(AT_FDCWD, sysfs + door.directory, O_RDONLY | O_DIRECTORY);
  return directory.ok() && (IsOnBus(directory->get()) || !RadioSwitches(directory->get()).empty());
}

std::optional<std::vector<OwnAdapter>> Recorded(const std::string& path) {
  const Result<std::string> text = ReadTextAt(AT_FDCWD, path, 65536);
  if (!text.ok()) return std::nullopt;
  return ParseOwnAdapters(*text + "\n");
}

// With what tells the machine's own from others.
Result<std::vector<std::pair<Door, OwnAdapter>>> Known(const std::string& sysfs) {
  Result<std::vector<Door>> doors = PresentAdapters(sysfs);
  if (!doors.ok()) return doors.failure();
  std::vector<std::pair<Door, OwnAdapter>> known;
  for (const Door& door : *doors) {
    const Result<std::unique_ptr<SysfsDevice>> device = HoldDoor(sysfs, door);
    if (!device.ok()) continue;  // it went while we looked
    const Result<DeviceFacts> facts = ReadDoor(**device);
    if (facts.ok()) known.emplace_back(door, OwnAdapterOf(door, *facts));
  }
  return known;
}

std::string MarkOf(const SysfsDevice& device, const AdapterPaths& paths) {
  return paths.opened + "/" + device.PortPath();
}

Outcome Mark(const SysfsDevice& device, const AdapterPaths& paths) {
  const Result<DeviceFacts> facts = ReadDoor(device);
  if (!facts.ok()) return facts.failure();
  std::error_code error;
  std::filesystem::create_directories(paths.opened, error);
  if (error) return Failure{error, "create " + paths.opened};
  return LinuxFiles().Replace(MarkOf(device, paths), facts->descriptors, FileMode::kOwnerOnly);
}

Outcome Unbind(const SysfsDevice& device) {
  const Result<Fd> driver = OpenAt(device.directory(), "driver", O_RDONLY | O_DIRECTORY);
  if (!driver.ok()) {
    if (driver.failure().code.value() == ENOENT) return Done{};
    return driver.failure();
  }
  Outcome unbound = WriteAt(driver->get(), "unbind", NameOf(device));
  // Somebody else was faster.
  if (!unbound.ok() && LinkOf(device.directory(), "driver").empty()) return Done{};
  return unbound;
}

Outcome FindDriver(const SysfsDevice& device) {
  if (!LinkOf(device.directory(), "driver").empty()) return Done{};
  const Result<Fd> bus = OpenAt(device.directory(), "subsystem", O_RDONLY | O_DIRECTORY);
  if (!bus.ok()) return GoneIfMissing(bus.failure());
  // By name: what has taken its place meanwhile is not what was marked as opened, and is shut.
  if (Outcome tried = WriteAt(bus->get(), "drivers_probe", NameOf(device)); !tried.ok()) {
    return tried;
  }
  if (!LinkOf(device.directory(), "driver").empty()) return Done{};
  const Result<std::string> there = ReadTextAt(device.directory(), "uevent", 65536);
  return there.ok() ? MakeFailure(ENXIO, "find a driver for " + device.PortPath())
                    : MakeFailure(ENODEV, "find a driver for " + device.PortPath());
}

Outcome SwitchRadios(const SysfsDevice& device, DoorTo to) {
  const std::vector<std::string> switches = RadioSwitches(device.directory());
  if (switches.empty()) return MakeFailure(ENODEV, "switch the radio of " + device.PortPath());
  for (const std::string& each : switches) {
    const char* blocked = to == DoorTo::kShut ? "1" : "0";
    // Written only where it changes: each writing is told to everybody.
    if (Text(device.directory(), each) == blocked) continue;
    if (Outcome set = WriteAt(device.directory(), each, blocked); !set.ok()) {
      return GoneIfMissing(set.failure());
    }
    // A driver may refuse, and rfkill says nothing of it (net/rfkill/core.c, rfkill_set_block).
    if (Text(device.directory(), each).substr(0, 1) != blocked) {
      return MakeFailure(EBUSY, "switch the radio of " + device.PortPath());
    }
  }
  return Done{};
}

}  // namespace

Result<std::vector<Door>> PresentAdapters(const std::string& sysfs) {
  std::map<std::string, Door> found;
  const auto any = [](std::string_view) { return true; };
  for (const char* below : {"/class/net", "/class/ieee80211", "/class/bluetooth"}) {
    Result<std::vector<std::string>> devpaths = LinksIn(sysfs, below, any);
    if (!devpaths.ok()) return devpaths.failure();
    for (const std::string& devpath : *devpaths) {
      std::optional<Door> door = AdapterDoorOf(devpath);
      if (door && CanBeSwitched(sysfs, *door)) found.emplace(door->place, *door);
    }
  }
  for (const auto& [below, is] : {std::pair{"/bus/pci/devices", &IsNetworkFunction},
                                  std::pair{"/bus/sdio/devices", &IsRadioFunction}}) {
    Result<std::vector<std::string>> devpaths = LinksIn(sysfs, below, any);
    if (!devpaths.ok()) return devpaths.failure();
    for (const std::string& devpath : *devpaths) {
      std::optional<Door> door = BusAdapterDoorOf(devpath);
      if (door && is(sysfs, devpath)) found.emplace(door->place, *door);
    }
  }
  std::vector<Door> doors;
  for (auto& [place, door] : found) doors.push_back(std::move(door));
  return doors;
}

Result<std::vector<Door>> StrangeAdapters(const std::string& sysfs, const AdapterPaths& paths) {
  std::vector<Door> strange;
  std::optional<std::vector<OwnAdapter>> own = Recorded(paths.own);
  if (!own) return strange;
  if (const auto besides = Recorded(paths.own_in_this_boot)) {
    own->insert(own->end(), besides->begin(), besides->end());
  }
  Result<std::vector<std::pair<Door, OwnAdapter>>> known = Known(sysfs);
  if (!known.ok()) return known.failure();
  for (auto& [door, adapter] : *known) {
    if (!IsOwnAdapter(*own, adapter)) strange.push_back(std::move(door));
  }
  return strange;
}

Result<std::vector<OwnAdapter>> BeginAdapters(const std::string& sysfs, const AdapterPaths& paths) {
  std::vector<OwnAdapter> adopted;
  const std::optional<std::vector<OwnAdapter>> own = Recorded(paths.own);
  const auto on_pci = [](const OwnAdapter& each) { return each.place.starts_with("pci-"); };
  if (!own || std::ranges::none_of(*own, on_pci)) return adopted;
  Result<std::vector<std::pair<Door, OwnAdapter>>> known = Known(sysfs);
  if (!known.ok()) return known.failure();
  for (auto& [door, adapter] : *known) {
    if (!on_pci(adapter)) continue;
    if (IsOwnAdapter(*own, adapter)) return std::vector<OwnAdapter>();
    adopted.push_back(std::move(adapter));
  }
  if (adopted.empty()) return adopted;
  const std::string text = WriteOwnAdapters(adopted);
  Outcome written = LinuxFiles().Replace(paths.own_in_this_boot, std::as_bytes(std::span(text)),
                                         FileMode::kWorldReadable);
  if (!written.ok()) return written.failure();
  return adopted;
}

void ReadAdapterInto(DeviceFacts& facts, const SysfsDevice& device) {
  AttachmentFacts& attachment = *facts.attachment;
  attachment.kind = KindOf(device);
  facts.product = InWords(attachment.kind);
  if (device.door()->bus == AttachmentFacts::Bus::kPci ||
      device.door()->bus == AttachmentFacts::Bus::kMmc) {
    attachment.vendor_id = Number(device.directory(), "vendor") & 0xffff;
    attachment.product_id = Number(device.directory(), "device") & 0xffff;
  }
  if (device.door()->bus == AttachmentFacts::Bus::kPci) {
    facts.serial = PciSerial(device.directory());
  }
}

DoorTo HowAdapterStands(const SysfsDevice& device) {
  const int directory = device.directory();
  if (IsOnBus(directory)) {
    return LinkOf(directory, "driver").empty() ? DoorTo::kShut : DoorTo::kOpen;
  }
  const std::vector<std::string> switches = RadioSwitches(directory);
  return std::ranges::any_of(switches,
                             [&](const std::string& each) { return Text(directory, each) != "1"; })
             ? DoorTo::kOpen
             : DoorTo::kShut;
}

Outcome SwitchAdapter(const SysfsDevice& device, DoorTo to, const AdapterPaths& paths) {
  const Result<std::string> there = ReadTextAt(device.directory(), "uevent", 65536);
  if (!there.ok()) return GoneIfMissing(there.failure());
  if (to == DoorTo::kOpen) {
    if (Outcome marked = Mark(device, paths); !marked.ok()) return marked;
  } else {
    unlink(MarkOf(device, paths).c_str());
  }
  if (!IsOnBus(device.directory())) return SwitchRadios(device, to);
  return to == DoorTo::kShut ? Unbind(device) : FindDriver(device);
}

Opened WasOpened(const SysfsDevice& device, const AdapterPaths& paths) {
  const Result<std::vector<std::byte>> mark = ReadAt(AT_FDCWD, MarkOf(device, paths), 65536);
  const Result<DeviceFacts> facts = ReadDoor(device);
  return mark.ok() && facts.ok() && *mark == facts->descriptors ? Opened::kYes : Opened::kNo;
}

}  // namespace sekisho::platform
