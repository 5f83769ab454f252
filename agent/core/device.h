#ifndef SEKISHO_AGENT_CORE_DEVICE_H_
#define SEKISHO_AGENT_CORE_DEVICE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sekisho::core {

// SHA-256 of a device's cached descriptors. Computed outside: the core does no cryptography.
using Fingerprint = std::array<std::uint8_t, 32>;

// What a device is for, as far as its own descriptors tell. Same names and order as
// sekisho.v1.DeviceClass, without UNSPECIFIED.
enum class DeviceClass {
  kStorage,
  kOptical,
  kTape,
  kCardReader,
  kPhone,
  kCamera,
  kPrinter,
  kNetworkAdapter,
  kWifi,
  kBluetooth,
  kSerial,
  kKeyboard,
  kPointer,
  kAudio,
  kVideo,
  kSmartCardReader,
  kSecurityKey,
  kHub,
  kUnknown,
};

// How a device is attached. Same names as sekisho.v1.Bus, without UNSPECIFIED.
enum class Bus {
  kUsb,
  kPci,
  kAta,
  kScsi,
  kMmc,
  kNvme,
  kThunderbolt,
  kFirewire,
  kBluetooth,
  kVirtual,  // made by a kernel module: no hardware behind it
  kOther,
};

// How far a device can be told from others of its make.
enum class IdentityConfidence {
  kSerial,  // it has a serial of its own
  kMake,    // none, or one that is no serial: any of its make fits
};

// What a HID interface's report descriptor says that it is for (agent/core/hid_report.h).
enum class HidUse { kUntold, kSecurityKey };

// One interface (USB 2.0, 9.6.5). Alternate settings count as interfaces of their own; those that
// do not differ in these four numbers are listed once.
struct UsbInterface {
  std::uint8_t number = 0;
  std::uint8_t class_code = 0;
  std::uint8_t subclass_code = 0;
  std::uint8_t protocol_code = 0;
  HidUse hid_use = HidUse::kUntold;  // no part of the descriptors: told when asked
  friend bool operator==(const UsbInterface&, const UsbInterface&) = default;
};

// One device as it was when it was read. Strings are UTF-8, without control characters, at most
// 126 characters each.
struct Device {
  Fingerprint fingerprint{};
  std::uint16_t vendor_id = 0;
  std::uint16_t product_id = 0;
  std::string serial;
  std::string manufacturer;
  std::string product;
  std::string port_path;  // "2-1.4"
  std::set<DeviceClass> classes;
  std::vector<UsbInterface> interfaces;
  Bus bus = Bus::kUsb;
  // SHA-256 over what stays the same on another port and at another speed; none: not computed.
  std::optional<Fingerprint> identity;
  IdentityConfidence confidence = IdentityConfidence::kMake;
  std::string medium_id;  // its entry in the site's media register; empty: in none
  friend bool operator==(const Device&, const Device&) = default;
};

// What was read of a device through one open directory: raw, hostile.
struct RawDevice {
  std::string port_path;
  std::vector<std::byte> descriptors;  // sysfs `descriptors`: device, then each configuration
  Fingerprint fingerprint{};           // SHA-256 of `descriptors`
  std::string serial;
  std::string manufacturer;
  std::string product;
};

// Why bytes are not a device. A device that does not parse is blocked.
enum class DescriptorFault {
  kTooShort,
  kTooLong,  // above kMaxDescriptorBytes
  kNoDeviceDescriptor,
  kBadLength,  // a descriptor's bLength runs past the end or is below its type's minimum
  kNoConfiguration,
  kTooManyInterfaces,  // above kMaxInterfaces
};

inline constexpr std::size_t kMaxDescriptorBytes = 65536;
inline constexpr std::size_t kMaxInterfaces = 256;

// Pure: bytes to Device (USB 2.0, 9.6; classes after the USB-IF class code list, see classify.h).
// The walk is the kernel's own (drivers/usb/core/config.c), by bLength, but where the kernel skips
// what is malformed this gives up: no interface that a driver could bind stays unseen. Strings lose
// what does not belong on a screen (U+FFFD in its place).
std::variant<Device, DescriptorFault> ParseDevice(const RawDevice& raw);

// Stable text: "storage", "keyboard", …; the words of policy files and of the proto's names.
const char* Name(DeviceClass device_class);
std::optional<DeviceClass> ParseDeviceClass(std::string_view name);
const char* Name(DescriptorFault fault);
const char* Name(Bus bus);  // "usb", "pci", …
std::optional<Bus> ParseBus(std::string_view name);

}  // namespace sekisho::core

#endif  // SEKISHO_AGENT_CORE_DEVICE_H_
