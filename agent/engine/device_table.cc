#include "agent/engine/device_table.h"

#include <algorithm>
#include <tuple>
#include <utility>
#include <variant>

#include "agent/core/attachment.h"
#include "agent/core/identity.h"
#include "proto/contract/keys.h"

namespace sekisho::engine {
namespace {

core::Authorisation ToCore(bool authorised) {
  return authorised ? core::Authorisation::kAuthorised : core::Authorisation::kUnauthorised;
}

core::Bus ToCore(platform::AttachmentFacts::Bus bus) {
  using Bus = platform::AttachmentFacts::Bus;
  switch (bus) {
    case Bus::kPci:
      return core::Bus::kPci;
    case Bus::kAta:
      return core::Bus::kAta;
    case Bus::kScsi:
      return core::Bus::kScsi;
    case Bus::kMmc:
      return core::Bus::kMmc;
    case Bus::kNvme:
      return core::Bus::kNvme;
    case Bus::kThunderbolt:
      return core::Bus::kThunderbolt;
    case Bus::kFirewire:
      return core::Bus::kFirewire;
    case Bus::kVirtual:
      return core::Bus::kVirtual;
    case Bus::kOther:
      return core::Bus::kOther;
  }
  return core::Bus::kOther;
}

core::DeviceClass ToCore(platform::AttachmentFacts::Kind kind) {
  using Kind = platform::AttachmentFacts::Kind;
  switch (kind) {
    case Kind::kStorage:
      return core::DeviceClass::kStorage;
    case Kind::kOptical:
      return core::DeviceClass::kOptical;
    case Kind::kTape:
      return core::DeviceClass::kTape;
    case Kind::kNetworkAdapter:
      return core::DeviceClass::kNetworkAdapter;
    case Kind::kWifi:
      return core::DeviceClass::kWifi;
    case Kind::kBluetooth:
      return core::DeviceClass::kBluetooth;
    case Kind::kUnknown:
      return core::DeviceClass::kUnknown;
  }
  return core::DeviceClass::kUnknown;
}

std::ptrdiff_t Depth(const std::string& port_path) {
  return std::ranges::count(port_path, '.') + std::ranges::count(port_path, '-');
}

}  // namespace

bool HasLooseInterface(const DeviceEntry& entry) {
  return std::ranges::any_of(entry.verdict.shut_interfaces, [&](std::uint8_t number) {
    const auto found = entry.interfaces.find(number);
    return found != entry.interfaces.end() && found->second == core::Authorisation::kAuthorised;
  });
}

core::Device Shown(const DeviceEntry& entry) {
  core::Device shown = entry.device;
  shown.classes.insert(entry.told.classes.begin(), entry.told.classes.end());
  return shown;
}

void DeviceTable::Fill(DeviceEntry& entry, const platform::DeviceFacts& facts,
                       const std::string& port_path) {
  const core::Fingerprint fingerprint = contract::HashOf(std::string_view(
      reinterpret_cast<const char*>(facts.descriptors.data()), facts.descriptors.size()));
  if (facts.attachment) {
    FillAttached(entry, facts, fingerprint, port_path);
  } else {
    FillUsb(entry, facts, fingerprint, port_path);
  }
  entry.enforced = ToCore(facts.authorised);
  for (const platform::InterfaceState& each : facts.interfaces) {
    entry.interfaces.emplace(each.number, ToCore(each.authorised));
  }
  if (facts.control == platform::DeviceFacts::Interfaces::kEachItsOwn) {
    entry.interface_support = core::InterfaceSupport::kHeld;
  }
}

void DeviceTable::FillUsb(DeviceEntry& entry, const platform::DeviceFacts& facts,
                          const core::Fingerprint& fingerprint, const std::string& port_path) {
  core::RawDevice raw;
  raw.port_path = port_path;
  raw.descriptors = facts.descriptors;
  raw.fingerprint = fingerprint;
  raw.serial = facts.serial;
  raw.manufacturer = facts.manufacturer;
  raw.product = facts.product;
  std::variant<core::Device, core::DescriptorFault> parsed = core::ParseDevice(raw);
  if (core::Device* device = std::get_if<core::Device>(&parsed)) {
    entry.device = std::move(*device);
    if (const std::optional<std::string> identity = core::IdentityBytes(raw)) {
      entry.device.identity = contract::HashOf(*identity);
    }
    entry.device.confidence = core::ConfidenceOf(raw.serial);
    if (core::CouldBeTold(entry.device)) entry.reports = facts.hid_reports;
    entry.fault.clear();
  } else {
    entry.device = core::Device{};
    entry.device.port_path = port_path;
    entry.device.fingerprint = raw.fingerprint;
    entry.fault = core::Name(std::get<core::DescriptorFault>(parsed));
  }
}

void DeviceTable::FillAttached(DeviceEntry& entry, const platform::DeviceFacts& facts,
                               const core::Fingerprint& fingerprint, const std::string& place) {
  const platform::AttachmentFacts& attachment = *facts.attachment;
  const std::optional<core::Device> parsed =
      core::ParseAttachment({.bus = ToCore(attachment.bus),
                             .device_class = ToCore(attachment.kind),
                             .place = place,
                             .fingerprint = fingerprint,
                             .vendor_id = static_cast<std::uint16_t>(attachment.vendor_id),
                             .product_id = static_cast<std::uint16_t>(attachment.product_id),
                             .serial = facts.serial,
                             .manufacturer = facts.manufacturer,
                             .product = facts.product});
  entry.barrier = attachment.control == platform::AttachmentFacts::Control::kMedia
                      ? Barrier::kMedia
                      : Barrier::kSwitch;
  if (parsed) {
    entry.device = *parsed;
    entry.fault.clear();
    return;
  }
  entry.device = core::Device{};
  entry.device.port_path = place;
  entry.device.fingerprint = fingerprint;
  entry.device.bus = ToCore(attachment.bus);
  entry.fault = "bad_place";
}

DeviceEntry* DeviceTable::Observe(const std::string& port_path) {
  entries_.erase(port_path);
  platform::Result<std::unique_ptr<platform::OpenDevice>> opened = source_.Open(port_path);
  if (!opened.ok()) return nullptr;
  DeviceEntry entry;
  entry.held = std::move(*opened);
  platform::Result<platform::DeviceFacts> facts = source_.Read(*entry.held);
  if (!facts.ok()) {
    const std::error_code& code = facts.failure().code;
    if (code == std::errc::no_such_device || code == std::errc::no_such_file_or_directory) {
      return nullptr;  // gone again; its notice is on the way
    }
    entry.device.port_path = port_path;
    entry.fault = facts.failure().ToString();
    // Not known to be shut: it must be shut to be sure.
    entry.enforced = core::Authorisation::kAuthorised;
  } else {
    Fill(entry, *facts, port_path);
  }
  return &entries_.insert_or_assign(port_path, std::move(entry)).first->second;
}

DeviceTable::Reread DeviceTable::Look(const std::string& port_path) {
  DeviceEntry* entry = Find(port_path);
  if (entry == nullptr) return Reread::kGone;
  platform::Result<platform::DeviceFacts> facts = source_.Read(*entry->held);
  if (!facts.ok()) return Reread::kGone;
  DeviceEntry now;
  Fill(now, *facts, port_path);
  // A device that is being let in may show strings that it did not before; what it is may not
  // change.
  const auto identity = [](const DeviceEntry& each) {
    return std::tie(each.device.fingerprint, each.device.serial, each.fault);
  };
  if (identity(now) != identity(*entry)) return Reread::kDeviceChanged;
  if (entry->asking == Asking::kAskedOpen) return Reread::kSame;
  if (LearnReports(*entry, now.reports) == Reread::kDeviceChanged) return Reread::kDeviceChanged;
  entry->interfaces = std::move(now.interfaces);
  if (entry->barrier == Barrier::kMedia || now.enforced == entry->enforced) return Reread::kSame;
  entry->enforced = now.enforced;
  return Reread::kAuthorisationChanged;
}

DeviceTable::Reread DeviceTable::LearnReports(DeviceEntry& entry, const core::HidReports& read) {
  for (const auto& [number, report] : read) {
    const auto [known, is_new] = entry.reports.emplace(number, report);
    // A driver may mend the wording (report_fixup); what it is for may not change.
    if (!is_new && core::UseOf(known->second) != core::UseOf(report)) return Reread::kDeviceChanged;
  }
  return Reread::kSame;
}

std::optional<DeviceEntry> DeviceTable::Remove(const std::string& port_path) {
  const auto found = entries_.find(port_path);
  if (found == entries_.end()) return std::nullopt;
  DeviceEntry entry = std::move(found->second);
  entries_.erase(found);
  return entry;
}

DeviceEntry* DeviceTable::Find(const std::string& port_path) {
  const auto found = entries_.find(port_path);
  return found == entries_.end() ? nullptr : &found->second;
}

const DeviceEntry* DeviceTable::Find(const std::string& port_path) const {
  const auto found = entries_.find(port_path);
  return found == entries_.end() ? nullptr : &found->second;
}

const DeviceEntry* DeviceTable::Search(const std::string& name) const {
  if (const DeviceEntry* entry = Find(name)) return entry;
  for (const auto& [port_path, entry] : entries_) {
    if (!entry.reference.empty() && entry.reference == name) return &entry;
  }
  return nullptr;
}

std::vector<std::string> DeviceTable::Ports() const {
  std::vector<std::string> ports;
  for (const auto& [port_path, entry] : entries_) ports.push_back(port_path);
  std::ranges::sort(ports, [](const std::string& a, const std::string& b) {
    const auto depth_a = Depth(a);
    const auto depth_b = Depth(b);
    return depth_a != depth_b ? depth_a < depth_b : a < b;
  });
  return ports;
}

}  // namespace sekisho::engine
