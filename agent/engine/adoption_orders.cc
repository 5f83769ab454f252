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

// As many as come up at boot: whoever orders more has lost count.
constexpr std::size_t kMostOthers = 128;

// "2-1.4": the bus, and the ports down to it.
bool IsPortPath(std::string_view text) {
  const std::size_t dash = text.find('-');
  const auto numbers = [](std::string_view part) {
    if (part.empty() || part.front() == '.' || part.back() == '.') return false;
    return part.find("..") == part.npos && part.find_first_not_of("0123456789.") == part.npos;
  };
  return dash != text.npos && text.substr(0, dash).find('.') == text.npos &&
         numbers(text.substr(0, dash)) && numbers(text.substr(dash + 1));
}

std::optional<core::AdoptedDevice> Parse(const v1::GrantedDevice& device) {
  core::AdoptedDevice parsed;
  if (device.fingerprint().size() != parsed.fingerprint.size() || !IsPortPath(device.port_path())) {
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
  if (const DeviceEntry* entry = Present(table, *ordered)) {
    if (core::AdoptabilityOf(entry->device) == core::Adoptability::kNever) {
      return absl::InvalidArgumentError("not-adoptable");
    }
    const Answer<v1::LocalAdoptReply> answer = Take(table, {entry});
    if (const auto* failure = std::get_if<v1::LocalFailure>(&answer))
      return OrderStatusOf(*failure);
    return absl::OkStatus();
  }
  if (others_.size() >= kMostOthers) return absl::InvalidArgumentError("too-many-devices");
  std::vector<core::AdoptedDevice> others = others_;
  others.push_back(*ordered);
  if (absl::Status saved = SaveOthers(std::move(others)); !saved.ok()) return saved;
  adopted_.push_back(*ordered);
  (void)reporter_.Record(EventAbout(v1::EVENT_KIND_DEVICE_ADOPTED, device));
  return absl::OkStatus();
}

bool Adoption::LeavesKeyboard(const DeviceTable& table,
                              const core::AdoptedDevice& abandoned) const {
  const auto types = [](const DeviceEntry* entry) {
    return entry != nullptr && entry->device.classes.contains(core::DeviceClass::kKeyboard);
  };
  const DeviceEntry* entry = Present(table, abandoned);
  if (entry != nullptr && !types(entry)) return true;
  return std::ranges::any_of(adopted_, [&](const core::AdoptedDevice& each) {
    return each != abandoned && types(Present(table, each));
  });
}

absl::Status Adoption::Abandon(const DeviceTable& table, const v1::GrantedDevice& device,
                               LastKeyboard last_keyboard) {
  const std::optional<core::AdoptedDevice> ordered = Parse(device);
  if (!ordered) return absl::InvalidArgumentError("device-malformed");
  const auto found = std::ranges::find(adopted_, *ordered);
  if (found == adopted_.end()) return absl::OkStatus();  // as it is to be
  if (last_keyboard == LastKeyboard::kRefuse && !LeavesKeyboard(table, *ordered)) {
    return absl::InvalidArgumentError("last-keyboard");
  }
  std::vector<platform::BootDevice> boot_devices = boot_devices_;
  std::erase_if(boot_devices, [&](const platform::BootDevice& each) {
    return each.port_path == ordered->port_path && each.serial == ordered->serial &&
           each.fingerprint_hex == contract::ToHex(ordered->fingerprint);
  });
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
  const std::vector<core::AdoptedDevice> others = others_;
  for (const core::AdoptedDevice& each : others) {
    const DeviceEntry* entry = Present(table, each);
    if (entry == nullptr || IsSettled(entry->device) ||
        core::AdoptabilityOf(entry->device) == core::Adoptability::kNever) {
      continue;
    }
    const Answer<v1::LocalAdoptReply> answer = Take(table, {entry});
    if (std::holds_alternative<v1::LocalAdoptReply>(answer)) continue;
    Log(Severity::kWarning, absl::StrCat("an ordered device does not come up at boot yet: ",
                                         std::get<v1::LocalFailure>(answer).code()));
  }
}

}  // namespace sekisho::engine
