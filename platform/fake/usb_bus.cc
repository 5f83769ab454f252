#include "platform/fake/usb_bus.h"

#include <algorithm>
#include <set>
#include <utility>

namespace sekisho::platform::fake {
namespace {

Failure Fail(int error, std::string step) {
  return {std::error_code(error, std::generic_category()), std::move(step)};
}

bool IsBelow(const std::string& port_path, const std::string& hub) {
  return port_path.starts_with(hub + ".");
}

// Of all interface descriptors (USB 2.0, table 9-12: type 4, number in the third byte).
std::set<std::uint8_t> InterfaceNumbers(const std::vector<std::byte>& descriptors) {
  std::set<std::uint8_t> numbers;
  for (std::size_t at = 0; at + 2 < descriptors.size();) {
    const auto length = std::to_integer<std::size_t>(descriptors[at]);
    if (length < 2) break;
    if (std::to_integer<int>(descriptors[at + 1]) == 4) {
      numbers.insert(std::to_integer<std::uint8_t>(descriptors[at + 2]));
    }
    at += length;
  }
  return numbers;
}

}  // namespace

void UsbBus::Plug(const std::string& port_path, DeviceFacts facts) {
  Unplug(port_path);
  if (!facts.attachment) facts.control = control_;
  devices_[port_path] =
      std::make_shared<BusDevice>(BusDevice{port_path, std::move(facts), true, {}});
  SetAll(*devices_[port_path], new_devices_ == NewDevices::kAuthorised);
  Notify(DeviceAppeared{port_path});
}

void UsbBus::Unplug(const std::string& port_path) {
  DropBelow(port_path);
  const auto found = devices_.find(port_path);
  if (found == devices_.end()) return;
  found->second->plugged = false;
  devices_.erase(found);
  Notify(DeviceGone{port_path});
}

void UsbBus::Swap(const std::string& port_path, DeviceFacts facts) {
  Plug(port_path, std::move(facts));
}

void UsbBus::Alter(const std::string& port_path, DeviceFacts facts) {
  const auto found = devices_.find(port_path);
  if (found == devices_.end()) return;
  const bool authorised = found->second->facts.authorised;
  facts.control = found->second->facts.control;
  found->second->facts = std::move(facts);
  SetAll(*found->second, authorised);
  Notify(DeviceAltered{port_path});
}

void UsbBus::SetAuthorised(const std::string& port_path, bool authorised) {
  const auto found = devices_.find(port_path);
  if (found == devices_.end()) return;
  if (!authorised) DropBelow(port_path);
  // Authorised twice is authorised once: the kernel leaves the interfaces as they are.
  if (found->second->facts.authorised != authorised) SetAll(*found->second, authorised);
  Notify(DeviceAltered{port_path});
}

void UsbBus::SetInterfaceAuthorised(const std::string& port_path, std::uint8_t number,
                                    bool authorised, Taken taken) {
  const auto found = devices_.find(port_path);
  if (found == devices_.end()) return;
  for (InterfaceState& each : found->second->facts.interfaces) {
    if (each.number == number) each.authorised = authorised;
  }
  if (taken == Taken::kYes) Notify(DeviceAltered{port_path});
}

void UsbBus::SetConfiguration(const std::string& port_path) {
  const auto found = devices_.find(port_path);
  if (found == devices_.end()) return;
  SetAll(*found->second, found->second->facts.authorised);
  Notify(DeviceAltered{port_path});
}

void UsbBus::SetMedia(const std::string& port_path, std::vector<MediumNode> media) {
  const auto found = devices_.find(port_path);
  if (found == devices_.end()) return;
  found->second->media = std::move(media);
  Notify(MediaAltered{port_path});
}

void UsbBus::LoseNotices(std::string cause) {
  notices_.clear();
  Notify(DevicesUnknown{std::move(cause)});
}

void UsbBus::BeforeNext(std::string_view call, std::function<void()> interference) {
  interference_[std::string(call)] = std::move(interference);
}

void UsbBus::FailNext(std::string_view call, int error) { failures_[std::string(call)] = error; }

const BusDevice* UsbBus::At(const std::string& port_path) const {
  const auto found = devices_.find(port_path);
  return found == devices_.end() ? nullptr : found->second.get();
}

bool UsbBus::Authorised(const std::string& port_path) const {
  const BusDevice* device = At(port_path);
  return device != nullptr && device->facts.authorised;
}

std::vector<std::uint8_t> UsbBus::OpenInterfaces(const std::string& port_path) const {
  std::vector<std::uint8_t> open;
  const BusDevice* device = At(port_path);
  if (device == nullptr) return open;
  for (const InterfaceState& each : device->facts.interfaces) {
    if (each.authorised) open.push_back(each.number);
  }
  return open;
}

std::optional<Failure> UsbBus::Enter(std::string_view call) {
  if (const auto found = interference_.find(call); found != interference_.end()) {
    const std::function<void()> interfere = std::move(found->second);
    interference_.erase(found);
    interfere();
  }
  if (const auto found = failures_.find(call); found != failures_.end()) {
    const int error = found->second;
    failures_.erase(found);
    return Fail(error, std::string(call));
  }
  return std::nullopt;
}

void UsbBus::Notify(DeviceNotice notice) {
  notices_.push_back(std::move(notice));
  readable_.Raise();
}

void UsbBus::SetAll(BusDevice& device, bool authorised) const {
  device.facts.authorised = authorised;
  device.facts.interfaces.clear();
  if (!authorised) {
    if (!device.facts.attachment) device.media.clear();  // its drivers are gone, and their disks
    return;
  }
  for (const std::uint8_t number : InterfaceNumbers(device.facts.descriptors)) {
    device.facts.interfaces.push_back({number, new_interfaces_ == NewInterfaces::kAuthorised});
  }
}

void UsbBus::DropBelow(const std::string& port_path) {
  std::vector<std::string> below;
  for (const auto& [path, device] : devices_) {
    if (IsBelow(path, port_path)) below.push_back(path);
  }
  // The far end goes first, as the kernel disconnects it.
  std::ranges::sort(below, [](const std::string& a, const std::string& b) {
    return std::pair(b.size(), b) < std::pair(a.size(), a);
  });
  for (const std::string& path : below) {
    devices_[path]->plugged = false;
    devices_.erase(path);
    Notify(DeviceGone{path});
  }
}

std::vector<DeviceNotice> FakeDeviceSource::Drain() {
  bus_.readable_.Lower();
  std::vector<DeviceNotice> notices(bus_.notices_.begin(), bus_.notices_.end());
  bus_.notices_.clear();
  return notices;
}

Result<std::vector<std::string>> FakeDeviceSource::Present() {
  if (auto failure = bus_.Enter("Present")) return *failure;
  std::vector<std::string> present;
  for (const auto& [path, device] : bus_.devices_) present.push_back(path);
  std::ranges::sort(present, [](const std::string& a, const std::string& b) {
    return std::pair(std::ranges::count(a, '.'), a) < std::pair(std::ranges::count(b, '.'), b);
  });
  return present;
}

Result<std::unique_ptr<OpenDevice>> FakeDeviceSource::Open(const std::string& port_path) {
  if (auto failure = bus_.Enter("Open")) return *failure;
  const auto found = bus_.devices_.find(port_path);
  if (found == bus_.devices_.end()) return Fail(ENOENT, "open " + port_path);
  return std::unique_ptr<OpenDevice>(std::make_unique<FakeOpenDevice>(found->second));
}

Result<DeviceFacts> FakeDeviceSource::Read(const OpenDevice& device) {
  if (auto failure = bus_.Enter("Read")) return *failure;
  const BusDevice& held = static_cast<const FakeOpenDevice&>(device).device();
  if (!held.plugged) return Fail(ENODEV, "read " + held.port_path);
  return held.facts;
}

Result<std::vector<MediumNode>> FakeDeviceSource::Media(const OpenDevice& device) {
  if (auto failure = bus_.Enter("Media")) return *failure;
  const BusDevice& held = static_cast<const FakeOpenDevice&>(device).device();
  return held.plugged ? held.media : std::vector<MediumNode>();
}

Outcome FakeEnforcer::DenyNewDevices() {
  if (auto failure = bus_.Enter("DenyNewDevices")) return *failure;
  bus_.new_devices_ = NewDevices::kDenied;
  bus_.effects_.push_back("deny");
  return Done{};
}

Outcome FakeEnforcer::AllowNewDevices() {
  if (auto failure = bus_.Enter("AllowNewDevices")) return *failure;
  bus_.new_devices_ = NewDevices::kAuthorised;
  bus_.new_interfaces_ = UsbBus::NewInterfaces::kAuthorised;
  bus_.effects_.push_back("allow");
  return Done{};
}

Outcome FakeEnforcer::Authorise(const OpenDevice& device) {
  Outcome changed = Change(device, "Authorise", true);
  if (!changed.ok()) return changed;
  BusDevice& held = static_cast<const FakeOpenDevice&>(device).device();
  for (InterfaceState& each : held.facts.interfaces) each.authorised = true;
  return changed;
}

Outcome FakeEnforcer::AuthoriseOnly(const OpenDevice& device,
                                    std::span<const std::uint8_t> interfaces) {
  if (auto failure = bus_.Enter("AuthoriseOnly")) return *failure;
  BusDevice& held = static_cast<const FakeOpenDevice&>(device).device();
  if (!held.plugged) return Fail(ENODEV, "write authorized of " + held.port_path);
  if (held.facts.control == DeviceFacts::Interfaces::kTogether) {
    return Fail(ENOTSUP, "shut interfaces of " + held.port_path);
  }
  bus_.new_interfaces_ = UsbBus::NewInterfaces::kDenied;
  bus_.SetAuthorised(held.port_path, true);
  std::string effect = "authorise " + held.port_path + " only";
  for (InterfaceState& each : held.facts.interfaces) {
    each.authorised = std::ranges::find(interfaces, each.number) != interfaces.end();
    if (each.authorised)
      effect += (effect.ends_with("only") ? " " : ",") + std::to_string(each.number);
  }
  bus_.effects_.push_back(effect);
  return Done{};
}

Outcome FakeEnforcer::ShutNewInterfaces(const OpenDevice& device) {
  if (auto failure = bus_.Enter("ShutNewInterfaces")) return *failure;
  bus_.new_interfaces_ = UsbBus::NewInterfaces::kDenied;
  return Done{};
}

Outcome FakeEnforcer::Deauthorise(const OpenDevice& device) {
  return Change(device, "Deauthorise", false);
}

Outcome FakeEnforcer::Change(const OpenDevice& device, std::string_view call, bool authorised) {
  if (auto failure = bus_.Enter(call)) return *failure;
  const BusDevice& held = static_cast<const FakeOpenDevice&>(device).device();
  if (!held.plugged) return Fail(ENODEV, "write authorized of " + held.port_path);
  bus_.effects_.push_back((authorised ? "authorise " : "deauthorise ") + held.port_path);
  bus_.SetAuthorised(held.port_path, authorised);
  return Done{};
}

Outcome FakeEnforcer::CutPort(const OpenDevice& device) {
  if (auto failure = bus_.Enter("CutPort")) return *failure;
  const BusDevice& held = static_cast<const FakeOpenDevice&>(device).device();
  if (!held.plugged) return Fail(ENODEV, "disable the port of " + held.port_path);
  bus_.effects_.push_back("cut " + held.port_path);
  // Cut and given back: the same device enumerates again, as a new one.
  bus_.Plug(held.port_path, held.facts);
  return Done{};
}

}  // namespace sekisho::platform::fake
