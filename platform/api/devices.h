#ifndef SEKISHO_PLATFORM_API_DEVICES_H_
#define SEKISHO_PLATFORM_API_DEVICES_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "platform/api/event_loop.h"
#include "platform/api/medium_guard.h"
#include "platform/api/result.h"

namespace sekisho::platform {

// A device held: read, decided on and authorised as one thing. Whatever takes over its name later
// is another OpenDevice (Linux: a directory descriptor in sysfs; Windows: a device instance with
// its DEVINST and arrival time). Destroying it lets go.
class OpenDevice {
 public:
  virtual ~OpenDevice() = default;
  virtual const std::string& PortPath() const = 0;
};

// What is known of a device that is not USB.
struct AttachmentFacts {
  enum class Bus { kPci, kAta, kScsi, kMmc, kNvme, kThunderbolt, kFirewire, kVirtual, kOther };
  Bus bus = Bus::kOther;
  enum class Kind {
    kStorage,
    kOptical,
    kTape,
    kNetworkAdapter,
    kWifi,
    kBluetooth,
    kUnknown,
  } kind = Kind::kUnknown;
  // What shuts and opens it.
  enum class Control {
    kSwitch,  // the enforcer: `authorised` says how it stands
    kMedia,   // MediumGuard, a medium at a time; `authorised` says nothing
  } control = Control::kMedia;
  unsigned vendor_id = 0;  // PCI's or Thunderbolt's; 0: none
  unsigned product_id = 0;
  friend bool operator==(const AttachmentFacts&, const AttachmentFacts&) = default;
};

// An interface of a device that is authorised (USB 2.0, 9.6.5: bInterfaceNumber).
struct InterfaceState {
  std::uint8_t number = 0;
  bool authorised = false;
  friend bool operator==(const InterfaceState&, const InterfaceState&) = default;
};

// Everything read through one OpenDevice.
struct DeviceFacts {
  // What its fingerprint is taken of. USB: its descriptors. Others: a canonical text of what is
  // known of it, its place left out.
  std::vector<std::byte> descriptors;
  std::string serial;
  std::string manufacturer;
  std::string product;
  bool authorised = false;
  // USB: those of its active configuration, ascending; none while it is not authorised.
  std::vector<InterfaceState> interfaces;
  // Report descriptors of HID interfaces, by number, as the OS reads them: of those that a HID
  // driver has.
  std::map<std::uint8_t, std::vector<std::byte>> hid_reports;
  // Whether Enforcer::AuthoriseOnly can keep some of them shut.
  enum class Interfaces { kTogether, kEachItsOwn } control = Interfaces::kTogether;
  std::optional<AttachmentFacts> attachment;  // none: USB
};

struct DeviceAppeared {
  std::string port_path;
};
struct DeviceGone {
  std::string port_path;
};
struct DeviceAltered {  // e.g. its authorisation, or its configuration
  std::string port_path;
};
// A disk or another way to its media came, went, or holds another medium now.
struct MediaAltered {
  std::string port_path;
};
// Notices were lost (Linux: ENOBUFS), or it is not known what was missed: ask Present again.
struct DevicesUnknown {
  std::string cause;
};
using DeviceNotice =
    std::variant<DeviceAppeared, DeviceGone, DeviceAltered, MediaAltered, DevicesUnknown>;

// Tells that devices come and go. Never opens anything.
class DeviceSource {
 public:
  virtual ~DeviceSource() = default;
  virtual Waitable Readable() const = 0;
  // Empty when there is nothing more. Notices that were forged (not from the kernel) never show.
  virtual std::vector<DeviceNotice> Drain() = 0;
  // Port paths of everything that is there now, hubs before what hangs below them; of what is not
  // USB, whatever has a medium, the machine's own disks too, and network cards and radios that are
  // not the machine's own: its place stands for the port path ("ata1", "mmc0:4567").
  virtual Result<std::vector<std::string>> Present() = 0;
  virtual Result<std::unique_ptr<OpenDevice>> Open(const std::string& port_path) = 0;
  virtual Result<DeviceFacts> Read(const OpenDevice& device) = 0;
  // The ways to its media that are there now, without those of what hangs below it.
  virtual Result<std::vector<MediumNode>> Media(const OpenDevice& device) = 0;
};

// Lets devices in and shuts them. One method a step, so that each can fail and be reported.
class Enforcer {
 public:
  virtual ~Enforcer() = default;
  // New devices, on every present and future controller, stay unauthorised. Idempotent.
  virtual Outcome DenyNewDevices() = 0;
  // The reverse, as a kernel that was told nothing has it. Devices that are present stay as they
  // are.
  virtual Outcome AllowNewDevices() = 0;
  // With all its interfaces, also when only some are open. Fails (ENODEV) when the device that was
  // opened is no longer the one that is there. Of one that MediumGuard controls that is all it
  // does; Deauthorise, too.
  virtual Outcome Authorise(const OpenDevice& device) = 0;
  // The same, with the interfaces of these numbers (ascending) and no other: at no moment is
  // another one open. ENOTSUP where that cannot be held; nothing is open then, nor after any other
  // failure to keep one shut.
  virtual Outcome AuthoriseOnly(const OpenDevice& device,
                                std::span<const std::uint8_t> interfaces) = 0;
  // What comes to an authorised device of this one's bus by itself (another configuration) stays
  // shut, from now until AllowNewDevices. AuthoriseOnly begins with it. Idempotent.
  virtual Outcome ShutNewInterfaces(const OpenDevice& device) = 0;
  virtual Outcome Deauthorise(const OpenDevice& device) = 0;
  // Cuts the port from a device that will not let go, and gives the port back to the next one. What
  // is not USB is taken from its driver, and comes back as a new device.
  virtual Outcome CutPort(const OpenDevice& device) = 0;
};

// A program that has something open on a medium.
struct Holder {
  int pid = 0;
  unsigned uid = 0;
  std::string program;  // the executable's base name
  // When it started (Linux: clock ticks since boot), so that a reused pid is not ended for it.
  std::uint64_t started = 0;
};

// Mounted file systems and raw device nodes of one device.
class Media {
 public:
  virtual ~Media() = default;
  // Who has it open, mounted file systems and raw nodes, in any mount namespace.
  virtual Result<std::vector<Holder>> Holders(const OpenDevice& device) = 0;
  enum class Force { kAsk, kKill };  // SIGTERM, SIGKILL
  virtual Outcome End(const Holder& holder, Force force) = 0;
  // Flushes and waits no longer than `bound`; a failure says what was not flushed.
  virtual Outcome Flush(const OpenDevice& device, std::chrono::milliseconds bound) = 0;
  // Unmounts everywhere it is mounted.
  virtual Outcome Unmount(const OpenDevice& device) = 0;
  // Bytes that were written to its disks since these appeared, as the kernel counts them: what has
  // reached the medium, not what waits in memory. Nothing for a device without disks.
  virtual Result<std::uint64_t> Written(const OpenDevice& device) = 0;
};

// What a grant has opened: enough for another process to shut that and nothing else.
struct OpenedDevice {
  std::string grant_id;
  std::string port_path;
  std::string fingerprint_hex;
};

// What the backstop did while agentd was dead; kept until agentd has recorded it.
struct Closure {
  OpenedDevice opened;
  BootTime at{};              // when it was shut
  std::vector<Holder> ended;  // whom it ended
  std::vector<std::string>
      done;  // steps that worked: "flushed", "unmounted", "deauthorised", "cut"
  std::vector<std::string> failed;  // "step: cause"
};

// Ends grants when agentd is dead: an alarm outside of it (Linux: a timer unit).
class Backstop {
 public:
  virtual ~Backstop() = default;
  // At `deadline` that device at that port is shut by another process, whatever agentd does.
  // Arming the same grant again replaces.
  virtual Outcome Arm(const OpenedDevice& opened, BootTime deadline) = 0;
  virtual Outcome Disarm(const std::string& grant_id) = 0;
  // What it shut in this boot and nobody has forgotten yet, oldest first.
  virtual Result<std::vector<Closure>> Closures() = 0;
  // Once its event is durable. Unknown ids are fine.
  virtual Outcome ForgetClosure(const std::string& grant_id) = 0;
};

// Devices that come up at boot without agentd (Linux: udev rules in the initramfs).
struct BootDevice {
  std::string port_path;
  std::string fingerprint_hex;  // SHA-256 of the descriptors
  unsigned vendor_id = 0;
  unsigned product_id = 0;
  std::string serial;
};

// The one place where adopted devices are written down: `sekisho-barrier adopt` at installation
// and agentd both go through it.
class BootRules {
 public:
  virtual ~BootRules() = default;
  // What Install was given last; empty when never. EBADMSG when it cannot be read as a list.
  virtual Result<std::vector<BootDevice>> Installed() = 0;
  // Replaces the whole list, durably, and starts whatever carries it into the next boot; that may
  // take minutes and goes on after the call.
  virtual Outcome Install(const std::vector<BootDevice>& devices) = 0;
};

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_API_DEVICES_H_
