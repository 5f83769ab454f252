#ifndef SEKISHO_PLATFORM_FAKE_USB_BUS_H_
#define SEKISHO_PLATFORM_FAKE_USB_BUS_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platform/api/devices.h"
#include "platform/fake/signal_flag.h"

namespace sekisho::platform::fake {

enum class NewDevices { kAuthorised, kDenied };

// One physical device; the bus forgets it when it is unplugged, an OpenDevice does not.
struct BusDevice {
  std::string port_path;
  DeviceFacts facts;
  bool plugged = true;
  std::vector<MediumNode> media;
};

// The bus with what hangs on it, and whatever else is attached at a place. Tests plug and unplug;
// DeviceSource and Enforcer see the same devices. Identity is that of the kernel's open
// directories: whoever holds an unplugged device gets ENODEV, also when another one sits at its
// port.
class UsbBus {
 public:
  explicit UsbBus(NewDevices new_devices = NewDevices::kDenied) : new_devices_(new_devices) {}

  // `facts.authorised` is set by the bus: what it does with new devices. So are its interfaces:
  // those of its descriptors, as the bus has new ones.
  void Plug(const std::string& port_path, DeviceFacts facts);
  // With everything below it.
  void Unplug(const std::string& port_path);
  // Unplug and Plug with no time between; notices of both.
  void Swap(const std::string& port_path, DeviceFacts facts);
  // It shows other descriptors or strings and stays where it is, as open as it was.
  void Alter(const std::string& port_path, DeviceFacts facts);
  // Authorised or not by somebody else (root at a shell), with the notice that follows.
  void SetAuthorised(const std::string& port_path, bool authorised);
  // One of its interfaces, in the same way; the only notice is that of the driver that then takes
  // it.
  enum class Taken { kNo, kYes };
  void SetInterfaceAuthorised(const std::string& port_path, std::uint8_t number, bool authorised,
                              Taken taken);
  // Another configuration, or the same one anew: its interfaces come up as the bus has new ones.
  void SetConfiguration(const std::string& port_path);
  // These are its media from now on, with the notice that follows.
  void SetMedia(const std::string& port_path, std::vector<MediumNode> media);
  // The queue overruns: what waits in it is lost and DevicesUnknown takes its place.
  void LoseNotices(std::string cause);
  // Runs once, at the start of the next call of that name ("Open", "Read", "Authorise",
  // "AuthoriseOnly", "ShutNewInterfaces", "Deauthorise", "CutPort", "DenyNewDevices",
  // "AllowNewDevices"): where a test swaps a device in the middle.
  void BeforeNext(std::string_view call, std::function<void()> interference);
  // The next call of that name fails so; ENOSPC, EIO, ….
  void FailNext(std::string_view call, int error);

  // Null when nothing is there.
  const BusDevice* At(const std::string& port_path) const;
  bool Authorised(const std::string& port_path) const;
  // Numbers of its interfaces that a driver may have now, ascending.
  std::vector<std::uint8_t> OpenInterfaces(const std::string& port_path) const;
  NewDevices new_devices() const { return new_devices_; }
  // As a new boot's kernel, or another program, has it.
  void SetNewDevices(NewDevices new_devices) { new_devices_ = new_devices; }
  enum class NewInterfaces { kAuthorised, kDenied };
  NewInterfaces new_interfaces() const { return new_interfaces_; }
  void SetNewInterfaces(NewInterfaces new_interfaces) { new_interfaces_ = new_interfaces; }
  // Of devices that are plugged in from now on: whether their interfaces can be told apart.
  void SetInterfaceControl(DeviceFacts::Interfaces control) { control_ = control; }
  // What the enforcer was told and did, in order: "authorise 2-1", "authorise 2-1 only 0,2",
  // "deauthorise 2-1", "cut 2-1", "deny", "allow". Failed calls are not in it.
  const std::vector<std::string>& effects() const { return effects_; }
  void ForgetEffects() { effects_.clear(); }

 private:
  friend class FakeDeviceSource;
  friend class FakeEnforcer;
  // Runs the interference, then takes the planned failure.
  std::optional<Failure> Enter(std::string_view call);
  void Notify(DeviceNotice notice);
  void DropBelow(const std::string& port_path);
  // Its interfaces come up, or go, with its authorisation.
  void SetAll(BusDevice& device, bool authorised) const;

  NewDevices new_devices_;
  NewInterfaces new_interfaces_ = NewInterfaces::kAuthorised;
  DeviceFacts::Interfaces control_ = DeviceFacts::Interfaces::kEachItsOwn;
  std::map<std::string, std::shared_ptr<BusDevice>> devices_;
  std::deque<DeviceNotice> notices_;
  std::map<std::string, std::function<void()>, std::less<>> interference_;
  std::map<std::string, int, std::less<>> failures_;
  std::vector<std::string> effects_;
  SignalFlag readable_;
};

class FakeOpenDevice : public OpenDevice {
 public:
  explicit FakeOpenDevice(std::shared_ptr<BusDevice> device) : device_(std::move(device)) {}
  const std::string& PortPath() const override { return device_->port_path; }
  BusDevice& device() const { return *device_; }

 private:
  std::shared_ptr<BusDevice> device_;
};

class FakeDeviceSource : public DeviceSource {
 public:
  // `bus` outlives this.
  explicit FakeDeviceSource(UsbBus& bus) : bus_(bus) {}
  Waitable Readable() const override { return bus_.readable_.Readable(); }
  std::vector<DeviceNotice> Drain() override;
  Result<std::vector<std::string>> Present() override;
  Result<std::unique_ptr<OpenDevice>> Open(const std::string& port_path) override;
  Result<DeviceFacts> Read(const OpenDevice& device) override;
  Result<std::vector<MediumNode>> Media(const OpenDevice& device) override;

 private:
  UsbBus& bus_;
};

class FakeEnforcer : public Enforcer {
 public:
  // `bus` outlives this.
  explicit FakeEnforcer(UsbBus& bus) : bus_(bus) {}
  Outcome DenyNewDevices() override;
  Outcome AllowNewDevices() override;
  Outcome Authorise(const OpenDevice& device) override;
  Outcome AuthoriseOnly(const OpenDevice& device,
                        std::span<const std::uint8_t> interfaces) override;
  Outcome ShutNewInterfaces(const OpenDevice& device) override;
  Outcome Deauthorise(const OpenDevice& device) override;
  Outcome CutPort(const OpenDevice& device) override;

 private:
  Outcome Change(const OpenDevice& device, std::string_view call, bool authorised);
  UsbBus& bus_;
};

}  // namespace sekisho::platform::fake

#endif  // SEKISHO_PLATFORM_FAKE_USB_BUS_H_
