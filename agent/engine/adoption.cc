#include "agent/engine/adoption.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "proto/contract/convert.h"
#include "proto/contract/keys.h"
#include "sekisho/v1/agent_state.pb.h"

namespace sekisho::engine {
namespace {

std::optional<core::Fingerprint> ParseFingerprint(const std::string& hex) {
  const auto digit = [](char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
  };
  core::Fingerprint fingerprint;
  if (hex.size() != 2 * fingerprint.size()) return std::nullopt;
  for (std::size_t i = 0; i < fingerprint.size(); ++i) {
    const int high = digit(hex[2 * i]), low = digit(hex[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    fingerprint[i] = static_cast<std::uint8_t>(16 * high + low);
  }
  return fingerprint;
}

// "2-1.4.3" hangs below "2-1.4" and "2-1": outermost first.
std::vector<std::string> PortsAbove(const std::string& port_path) {
  std::vector<std::string> above;
  for (std::size_t dot = port_path.find('.'); dot != std::string::npos;
       dot = port_path.find('.', dot + 1)) {
    above.push_back(port_path.substr(0, dot));
  }
  return above;
}

platform::BootDevice ToBootDevice(const core::Device& device) {
  return platform::BootDevice{device.port_path, contract::ToHex(device.fingerprint),
                              device.vendor_id, device.product_id, device.serial};
}

}  // namespace

void Adoption::Load() {
  platform::Result<std::vector<platform::BootDevice>> installed = seams_.boot_rules.Installed();
  if (!installed.ok()) {
    store_.SetAside(StateFile::kAdopted, "damaged");
    return;
  }
  for (platform::BootDevice& device : *installed) {
    std::optional<core::Fingerprint> fingerprint = ParseFingerprint(device.fingerprint_hex);
    if (!fingerprint) continue;
    adopted_.push_back(core::AdoptedDevice{*fingerprint, device.serial, device.port_path});
    boot_devices_.push_back(std::move(device));
  }
  LoadOthers();
}

void Adoption::LoadOthers() {
  const std::optional<std::string> payload = store_.Load(StateFile::kAdoptedOthers);
  if (!payload) return;
  v1::StoredAdoptions stored;
  if (!stored.ParseFromString(*payload)) {
    store_.SetAside(StateFile::kAdoptedOthers, "garbage");
    return;
  }
  for (const v1::GrantedDevice& device : stored.devices()) {
    core::AdoptedDevice& other = others_.emplace_back();
    if (device.fingerprint().size() == other.fingerprint.size()) {
      std::ranges::transform(device.fingerprint(), other.fingerprint.begin(),
                             [](char c) { return static_cast<std::uint8_t>(c); });
      other.serial = device.serial();
      other.port_path = device.port_path();
    }
    // An entry that names no port would hold for every port.
    if (other.port_path.empty()) others_.pop_back();
  }
  adopted_.insert(adopted_.end(), others_.begin(), others_.end());
}

absl::Status Adoption::SaveOthers(std::vector<core::AdoptedDevice> others) {
  if (others == others_) return absl::OkStatus();
  v1::StoredAdoptions stored;
  for (const core::AdoptedDevice& each : others) {
    v1::GrantedDevice* device = stored.add_devices();
    device->set_fingerprint(each.fingerprint.data(), each.fingerprint.size());
    device->set_serial(each.serial);
    device->set_port_path(each.port_path);
  }
  const absl::Status saved = store_.Save(StateFile::kAdoptedOthers, stored.SerializeAsString());
  if (saved.ok()) others_ = std::move(others);
  return saved;
}

std::optional<AdoptionCandidate> Adoption::Candidate(const DeviceEntry& entry) const {
  if (!entry.fault.empty() || entry.device.bus != core::Bus::kUsb) return std::nullopt;
  platform::DeviceRole role;
  if (seams_.device_roles != nullptr) {
    const Identity* identity = identity_.get();
    const std::string console = identity != nullptr ? identity->grant.console_address() : "";
    role = seams_.device_roles->Of(*entry.held, console.substr(0, console.rfind(':')));
  }
  return CandidateOf(entry.device, role);
}

bool Adoption::IsAdopted(const core::Device& device) const {
  return std::ranges::any_of(adopted_, [&](const core::AdoptedDevice& each) {
    return each.fingerprint == device.fingerprint && each.serial == device.serial &&
           each.port_path == device.port_path;
  });
}

bool Adoption::IsSettled(const core::Device& device) const {
  const auto there = [&](const auto& each) { return each.port_path == device.port_path; };
  const bool alone = std::ranges::count_if(adopted_, there) == 1;
  return alone && IsAdopted(device) &&
         std::ranges::any_of(others_, there) != core::Adoptable(device);
}

v1::LocalAdoptReply Adoption::Propose(const DeviceTable& table) const {
  v1::LocalAdoptReply reply;
  for (const auto& [port_path, entry] : table.entries()) {
    const std::optional<AdoptionCandidate> candidate = Candidate(entry);
    if (!candidate) continue;
    v1::AdoptionProposal* proposal = reply.add_proposals();
    proposal->set_handle(port_path);
    *proposal->mutable_device() = contract::ToProto(entry.device);
    proposal->set_already(IsAdopted(entry.device));
    proposal->set_reason(candidate->reason);
    proposal->set_not_adoptable(candidate->offer == AdoptionCandidate::Offer::kRefuse);
    for (std::string& hub : PortsAbove(port_path)) proposal->add_hubs(std::move(hub));
  }
  return reply;
}

Answer<v1::LocalAdoptReply> Adoption::Adopt(const DeviceTable& table,
                                            const std::vector<std::string>& handles) {
  std::vector<const DeviceEntry*> entries;
  for (const std::string& handle : handles) {
    const DeviceEntry* entry = table.Find(handle);
    if (entry == nullptr) {
      return Fail(v1::LOCAL_ERROR_NOT_FOUND, "no-such-device", {{"device", handle}});
    }
    const std::optional<AdoptionCandidate> candidate = Candidate(*entry);
    const bool hub = entry->fault.empty() && core::Adoptable(entry->device);
    if (!hub && (!candidate || candidate->offer == AdoptionCandidate::Offer::kRefuse)) {
      return Fail(v1::LOCAL_ERROR_INVALID, "not-adoptable", {{"device", handle}});
    }
    entries.push_back(entry);
  }
  return Take(table, entries);
}

Answer<v1::LocalAdoptReply> Adoption::Take(const DeviceTable& table,
                                           const std::vector<const DeviceEntry*>& entries) {
  std::vector<const DeviceEntry*> chosen;
  const auto choose = [&](const DeviceEntry* entry) {
    if (std::ranges::find(chosen, entry) == chosen.end() && !IsSettled(entry->device)) {
      chosen.push_back(entry);
    }
  };
  for (const DeviceEntry* entry : entries) {
    for (const std::string& above : PortsAbove(entry->device.port_path)) {
      const DeviceEntry* hub = table.Find(above);
      if (hub == nullptr || !core::Adoptable(hub->device)) {
        return Fail(v1::LOCAL_ERROR_INVALID, "not-adoptable", {{"device", above}});
      }
      choose(hub);
    }
    choose(entry);
  }
  v1::LocalAdoptReply reply = Propose(table);
  std::vector<platform::BootDevice> boot_devices = boot_devices_;
  std::vector<core::AdoptedDevice> adopted = adopted_;
  std::vector<core::AdoptedDevice> others = others_;
  for (const DeviceEntry* entry : chosen) {
    const core::Device& device = entry->device;
    // One device a port: the one that is adopted now takes the place of the one before it.
    const auto there = [&](const auto& each) { return each.port_path == device.port_path; };
    std::erase_if(boot_devices, there);
    std::erase_if(adopted, there);
    std::erase_if(others, there);
    adopted.push_back(core::AdoptedDevice{device.fingerprint, device.serial, device.port_path});
    if (core::Adoptable(device)) {
      boot_devices.push_back(ToBootDevice(device));
    } else {
      others.push_back(adopted.back());
    }
    reply.add_adopted(device.port_path);
  }
  if (platform::Outcome installed = seams_.boot_rules.Install(boot_devices); !installed.ok()) {
    return Fail(v1::LOCAL_ERROR_UNAVAILABLE, "state-unwritable",
                {{"detail", installed.failure().ToString()}});
  }
  boot_devices_ = std::move(boot_devices);
  if (absl::Status saved = SaveOthers(std::move(others)); !saved.ok()) {
    return Fail(v1::LOCAL_ERROR_UNAVAILABLE, "state-unwritable",
                {{"detail", std::string(saved.message())}});
  }
  adopted_ = std::move(adopted);
  for (const DeviceEntry* entry : chosen) {
    v1::Event event = EventOf(v1::EVENT_KIND_DEVICE_ADOPTED);
    *event.mutable_device() = contract::ToProto(entry->device);
    (void)reporter_.Record(std::move(event));  // waits in memory if it must: see invariant 2
  }
  return reply;
}

}  // namespace sekisho::engine
