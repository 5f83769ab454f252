#include "platform/fake/usb_bus.h"

#include <algorithm>
#include <utility>

namespace sekisho::platform::fake {
namespace {

Failure Fail(int error, std::string step) {
  return {std::error_code(error, std::generic_category()), std::move(step)};
}

bool IsBelow(const std::string& port_path, const std::string& hub) {
  return port_path.starts_with(hub + ".");
}

}  // namespace

void UsbBus::Plug(const std::string& port_path, DeviceFacts facts) {
  Unplug(port_path);
  facts.authorised = new_devices_ == NewDevices::kAuthorised;
  devices_[port_path] = std::make_shared<BusDevice>(BusDevice{port_path, std::move(facts), true});
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
  facts.authorised = found->second->facts.authorised;
  found->second->facts = std::move(facts);
  Notify(DeviceAltered{port_path});
}

void UsbBus::SetAuthorised(const std::string& port_path, bool authorised) {
  const auto found = devices_.find(port_path);
  if (found == devices_.end()) return;
  if (!authorised) DropBelow(port_path);
  found->second->facts.authorised = authorised;
  Notify(DeviceAltered{port_path});
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

Outcome FakeEnforcer::DenyNewDevices() {
  if (auto failure = bus_.Enter("DenyNewDevices")) return *failure;
  bus_.new_devices_ = NewDevices::kDenied;
  bus_.effects_.push_back("deny");
  return Done{};
}

Outcome FakeEnforcer::AllowNewDevices() {
  if (auto failure = bus_.Enter("AllowNewDevices")) return *failure;
  bus_.new_devices_ = NewDevices::kAuthorised;
  bus_.effects_.push_back("allow");
  return Done{};
}

Outcome FakeEnforcer::Authorise(const OpenDevice& device) {
  return Change(device, "Authorise", true);
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
