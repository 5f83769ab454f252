// Adoption by the office's orders: a replacement keyboard is admitted from afar.
#include <algorithm>
#include <cerrno>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "agent/engine/adoption.h"
#include "agent/engine/log.h"
#include "proto/contract/keys.h"

namespace sekisho::engine {
namespace {

// A device that nobody here has seen yet: its boot rule matches nothing until Complete.
bool Unseen(const platform::BootDevice& device) {
  return device.vendor_id == 0 && device.product_id == 0;
}

std::optional<core::AdoptedDevice> Parse(const v1::GrantedDevice& device) {
  core::AdoptedDevice parsed;
  if (device.fingerprint().size() != parsed.fingerprint.size() || device.port_path().empty()) {
    return std::nullopt;
  }
  std::ranges::transform(device.fingerprint(), parsed.fingerprint.begin(),
                         [](char c) { return static_cast<std::uint8_t>(c); });
  parsed.serial = device.serial();
  parsed.port_path = device.port_path();
  return parsed;
}

// Null unless that very device is plugged in there.
const DeviceEntry* Present(const DeviceTable& table, const core::AdoptedDevice& device) {
  const DeviceEntry* entry = table.Find(device.port_path);
  const bool there = entry != nullptr && entry->fault.empty() &&
                     entry->device.fingerprint == device.fingerprint &&
                     entry->device.serial == device.serial;
  return there ? entry : nullptr;
}

v1::Event EventAbout(v1::EventKind kind, const v1::GrantedDevice& device) {
  v1::Event event = EventOf(kind);
  event.mutable_device()->set_fingerprint(device.fingerprint());
  event.mutable_device()->set_serial(device.serial());
  event.mutable_device()->set_port_path(device.port_path());
  return event;
}

absl::Status StatusOf(const v1::LocalFailure& failure) {
  return failure.error() == v1::LOCAL_ERROR_UNAVAILABLE
             ? absl::UnavailableError(failure.code())
             : absl::InvalidArgumentError(failure.code());
}

absl::Status StatusOf(const platform::Outcome& installed) {
  if (installed.ok()) return absl::OkStatus();
  const std::string said = installed.failure().ToString();
  // A port that is none, or one device too many: the same tomorrow.
  const int code = installed.failure().code.value();
  if (code == EINVAL || code == E2BIG) return absl::InvalidArgumentError(said);
  return absl::UnavailableError(said);
}

}  // namespace

absl::Status Adoption::AdoptOrdered(const DeviceTable& table, const v1::GrantedDevice& device) {
  const std::optional<core::AdoptedDevice> ordered = Parse(device);
  if (!ordered) return absl::InvalidArgumentError("device-malformed");
  if (std::ranges::find(adopted_, *ordered) != adopted_.end()) return absl::OkStatus();
  if (Present(table, *ordered) != nullptr) {
    const Answer<v1::LocalAdoptReply> answer = Adopt(table, {device.port_path()});
    if (const auto* failure = std::get_if<v1::LocalFailure>(&answer)) return StatusOf(*failure);
    return absl::OkStatus();
  }
  std::vector<platform::BootDevice> boot_devices = boot_devices_;
  std::erase_if(boot_devices,
                [&](const auto& each) { return each.port_path == ordered->port_path; });
  platform::BootDevice& added = boot_devices.emplace_back();
  added.port_path = ordered->port_path;
  added.fingerprint_hex = contract::ToHex(ordered->fingerprint);
  added.serial = ordered->serial;
  if (absl::Status status = StatusOf(seams_.boot_rules.Install(boot_devices)); !status.ok()) {
    return status;
  }
  boot_devices_ = std::move(boot_devices);
  std::erase_if(adopted_, [&](const auto& each) { return each.port_path == ordered->port_path; });
  adopted_.push_back(*ordered);
  (void)reporter_.Record(EventAbout(v1::EVENT_KIND_DEVICE_ADOPTED, device));
  return absl::OkStatus();
}

absl::Status Adoption::Abandon(const v1::GrantedDevice& device) {
  const std::optional<core::AdoptedDevice> ordered = Parse(device);
  if (!ordered) return absl::InvalidArgumentError("device-malformed");
  const auto found = std::ranges::find(adopted_, *ordered);
  if (found == adopted_.end()) return absl::OkStatus();  // as it is to be
  std::vector<platform::BootDevice> boot_devices = boot_devices_;
  std::erase_if(boot_devices,
                [&](const auto& each) { return each.port_path == ordered->port_path; });
  if (absl::Status status = StatusOf(seams_.boot_rules.Install(boot_devices)); !status.ok()) {
    return status;
  }
  boot_devices_ = std::move(boot_devices);
  std::vector<core::AdoptedDevice> others = others_;
  std::erase(others, *ordered);
  if (absl::Status status = SaveOthers(std::move(others)); !status.ok()) return status;
  adopted_.erase(found);
  (void)reporter_.Record(EventAbout(v1::EVENT_KIND_DEVICE_ABANDONED, device));
  return absl::OkStatus();
}

void Adoption::Complete(const DeviceTable& table) {
  const std::vector<core::AdoptedDevice> adopted = adopted_;
  for (const core::AdoptedDevice& each : adopted) {
    const auto listed = std::ranges::find_if(boot_devices_, [&](const auto& device) {
      return device.port_path == each.port_path && Unseen(device);
    });
    const DeviceEntry* entry = Present(table, each);
    if (listed == boot_devices_.end() || entry == nullptr || !core::Adoptable(entry->device)) {
      continue;
    }
    const std::vector<platform::BootDevice> boot_devices_before = boot_devices_;
    const std::vector<core::AdoptedDevice> adopted_before = adopted_;
    boot_devices_.erase(listed);
    std::erase(adopted_, each);
    const Answer<v1::LocalAdoptReply> answer = Adopt(table, {each.port_path});
    if (std::holds_alternative<v1::LocalAdoptReply>(answer)) continue;
    Log(Severity::kWarning, absl::StrCat("an ordered device does not come up at boot yet: ",
                                         std::get<v1::LocalFailure>(answer).code()));
    boot_devices_ = boot_devices_before;
    adopted_ = adopted_before;
  }
}

}  // namespace sekisho::engine
