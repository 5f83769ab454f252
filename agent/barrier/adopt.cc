#include "agent/barrier/adopt.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

#include "agent/core/device.h"
#include "platform/linux/device_source.h"
#include "platform/linux/enforcer.h"
#include "platform/linux/fingerprint.h"
#include "platform/linux/sysfs_device.h"

namespace sekisho::barrier {
namespace {

struct Seen {
  Candidate candidate;
  bool input = false;  // a keyboard or a pointer; the others only on the way to one
};

std::optional<Seen> Look(const std::string& sysfs, const std::string& port_path) {
  platform::Result<std::unique_ptr<platform::SysfsDevice>> open =
      platform::SysfsDevice::Open(sysfs, port_path);
  if (!open.ok()) return std::nullopt;  // it went
  platform::Result<platform::DeviceFacts> facts = platform::ReadFacts(**open);
  if (!facts.ok()) return std::nullopt;
  if (platform::PersistenceFor(facts->descriptors) != platform::Persistence::kKeep) {
    return std::nullopt;  // something else than HID and hub
  }
  core::RawDevice raw;
  raw.port_path = port_path;
  raw.descriptors = facts->descriptors;
  raw.serial = facts->serial;
  raw.manufacturer = facts->manufacturer;
  raw.product = facts->product;
  const std::variant<core::Device, core::DescriptorFault> parsed = core::ParseDevice(raw);
  const auto* device = std::get_if<core::Device>(&parsed);
  if (device == nullptr) return std::nullopt;

  Seen seen;
  for (const core::DeviceClass each : device->classes) {
    seen.input =
        seen.input || each == core::DeviceClass::kKeyboard || each == core::DeviceClass::kPointer;
    if (!seen.candidate.classes.empty()) seen.candidate.classes += ", ";
    seen.candidate.classes += core::Name(each);
  }
  seen.candidate.name = device->manufacturer + " " + device->product;
  seen.candidate.device = {port_path, platform::FingerprintHex(facts->descriptors),
                           device->vendor_id, device->product_id, facts->serial};
  return seen;
}

}  // namespace

platform::Result<std::vector<Candidate>> AdoptionCandidates(const std::string& sysfs) {
  platform::Result<std::vector<std::string>> present = platform::PresentDevices(sysfs);
  if (!present.ok()) return present.failure();
  std::vector<Seen> seen;
  for (const std::string& port_path : *present) {
    if (std::optional<Seen> each = Look(sysfs, port_path)) seen.push_back(std::move(*each));
  }
  std::vector<Candidate> candidates;
  for (const Seen& each : seen) {
    const std::string below = each.candidate.device.port_path + ".";
    const bool wanted = each.input || std::ranges::any_of(seen, [&](const Seen& other) {
                          return other.input && other.candidate.device.port_path.starts_with(below);
                        });
    if (wanted) candidates.push_back(each.candidate);
  }
  return candidates;
}

}  // namespace sekisho::barrier
