#include "agent/core/device.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "agent/core/classify.h"
#include "agent/core/text.h"

namespace sekisho::core {
namespace {

// bDescriptorType (USB 2.0, table 9-5) and the least bLength of each (9.6.1, 9.6.3, 9.6.5, 9.6.6).
constexpr std::uint8_t kDeviceDescriptor = 1;
constexpr std::uint8_t kConfigurationDescriptor = 2;
constexpr std::uint8_t kInterfaceDescriptor = 4;
constexpr std::uint8_t kEndpointDescriptor = 5;
constexpr std::size_t kDeviceDescriptorBytes = 18;
constexpr std::size_t kMaxStringCharacters = 126;

std::size_t LeastLength(std::uint8_t type) {
  switch (type) {
    case kDeviceDescriptor:
      return kDeviceDescriptorBytes;
    case kConfigurationDescriptor:
    case kInterfaceDescriptor:
      return 9;
    case kEndpointDescriptor:
      return 7;
    default:
      return 2;
  }
}

// The bytes of one descriptor, from bLength on.
class Descriptor {
 public:
  explicit Descriptor(std::span<const std::byte> bytes) : bytes_(bytes) {}
  std::uint8_t Byte(std::size_t offset) const {
    return std::to_integer<std::uint8_t>(bytes_[offset]);
  }
  // Little-endian (USB 2.0, 8.1).
  std::uint16_t Word(std::size_t offset) const {
    return static_cast<std::uint16_t>(Byte(offset) | Byte(offset + 1) << 8);
  }
  std::uint8_t Type() const { return Byte(1); }
  std::size_t Length() const { return bytes_.size(); }

 private:
  std::span<const std::byte> bytes_;
};

// The first descriptor of `bytes`, none when its length is a lie.
std::optional<Descriptor> FirstDescriptor(std::span<const std::byte> bytes) {
  if (bytes.size() < 2) return std::nullopt;
  const auto length = std::to_integer<std::size_t>(bytes[0]);
  const auto type = std::to_integer<std::uint8_t>(bytes[1]);
  if (length > bytes.size() || length < LeastLength(type)) return std::nullopt;
  return Descriptor(bytes.first(length));
}

auto Key(const UsbInterface& interface) {
  return std::tie(interface.number, interface.class_code, interface.subclass_code,
                  interface.protocol_code);
}

struct KeyLess {
  bool operator()(const UsbInterface& a, const UsbInterface& b) const { return Key(a) < Key(b); }
};

// Every interface of every configuration, in the order of the bytes.
std::variant<std::vector<UsbInterface>, DescriptorFault> ReadInterfaces(
    std::span<const std::byte> bytes) {
  std::vector<UsbInterface> interfaces;
  std::set<UsbInterface, KeyLess> seen;
  bool has_configuration = false;
  while (!bytes.empty()) {
    const std::optional<Descriptor> descriptor = FirstDescriptor(bytes);
    if (!descriptor) return DescriptorFault::kBadLength;
    bytes = bytes.subspan(descriptor->Length());
    if (descriptor->Type() == kConfigurationDescriptor) has_configuration = true;
    if (!has_configuration) return DescriptorFault::kNoConfiguration;
    if (descriptor->Type() != kInterfaceDescriptor) continue;
    const UsbInterface interface {
      .number = descriptor->Byte(2), .class_code = descriptor->Byte(5),
      .subclass_code = descriptor->Byte(6), .protocol_code = descriptor->Byte(7)
    };
    if (!seen.insert(interface).second) continue;
    if (interfaces.size() == kMaxInterfaces) return DescriptorFault::kTooManyInterfaces;
    interfaces.push_back(interface);
  }
  if (!has_configuration) return DescriptorFault::kNoConfiguration;
  return interfaces;
}

constexpr std::pair<DeviceClass, const char*> kClassNames[] = {
    {DeviceClass::kStorage, "storage"},
    {DeviceClass::kOptical, "optical"},
    {DeviceClass::kTape, "tape"},
    {DeviceClass::kCardReader, "card_reader"},
    {DeviceClass::kPhone, "phone"},
    {DeviceClass::kCamera, "camera"},
    {DeviceClass::kPrinter, "printer"},
    {DeviceClass::kNetworkAdapter, "network_adapter"},
    {DeviceClass::kWifi, "wifi"},
    {DeviceClass::kBluetooth, "bluetooth"},
    {DeviceClass::kSerial, "serial"},
    {DeviceClass::kKeyboard, "keyboard"},
    {DeviceClass::kPointer, "pointer"},
    {DeviceClass::kAudio, "audio"},
    {DeviceClass::kVideo, "video"},
    {DeviceClass::kSmartCardReader, "smart_card_reader"},
    {DeviceClass::kSecurityKey, "security_key"},
    {DeviceClass::kHub, "hub"},
    {DeviceClass::kUnknown, "unknown"},
};

constexpr std::pair<Bus, const char*> kBusNames[] = {
    {Bus::kUsb, "usb"},
    {Bus::kPci, "pci"},
    {Bus::kAta, "ata"},
    {Bus::kScsi, "scsi"},
    {Bus::kMmc, "mmc"},
    {Bus::kNvme, "nvme"},
    {Bus::kThunderbolt, "thunderbolt"},
    {Bus::kFirewire, "firewire"},
    {Bus::kBluetooth, "bluetooth"},
    {Bus::kVirtual, "virtual"},
    {Bus::kOther, "other"},
};

}  // namespace

std::variant<Device, DescriptorFault> ParseDevice(const RawDevice& raw) {
  const std::span<const std::byte> bytes = raw.descriptors;
  if (bytes.size() > kMaxDescriptorBytes) return DescriptorFault::kTooLong;
  if (bytes.size() < kDeviceDescriptorBytes) return DescriptorFault::kTooShort;
  if (std::to_integer<std::uint8_t>(bytes[1]) != kDeviceDescriptor) {
    return DescriptorFault::kNoDeviceDescriptor;
  }
  const std::optional<Descriptor> head = FirstDescriptor(bytes);
  // The kernel hands out exactly 18 bytes of it, whatever bLength says beyond that.
  if (!head || head->Length() != kDeviceDescriptorBytes) return DescriptorFault::kBadLength;
  auto interfaces = ReadInterfaces(bytes.subspan(kDeviceDescriptorBytes));
  if (const auto* fault = std::get_if<DescriptorFault>(&interfaces)) return *fault;

  Device device;
  device.fingerprint = raw.fingerprint;
  device.vendor_id = head->Word(8);
  device.product_id = head->Word(10);
  device.serial = Printable(raw.serial, kMaxStringCharacters);
  device.manufacturer = Printable(raw.manufacturer, kMaxStringCharacters);
  device.product = Printable(raw.product, kMaxStringCharacters);
  device.port_path = raw.port_path;
  device.interfaces = std::move(std::get<std::vector<UsbInterface>>(interfaces));
  device.classes = Classify({head->Byte(4), head->Byte(5), head->Byte(6)}, device.interfaces);
  return device;
}

const char* Name(DeviceClass device_class) {
  for (const auto& [value, name] : kClassNames) {
    if (value == device_class) return name;
  }
  return "unknown";
}

std::optional<DeviceClass> ParseDeviceClass(std::string_view name) {
  for (const auto& [value, known] : kClassNames) {
    if (name == known) return value;
  }
  return std::nullopt;
}

const char* Name(DescriptorFault fault) {
  switch (fault) {
    case DescriptorFault::kTooShort:
      return "too_short";
    case DescriptorFault::kTooLong:
      return "too_long";
    case DescriptorFault::kNoDeviceDescriptor:
      return "no_device_descriptor";
    case DescriptorFault::kBadLength:
      return "bad_length";
    case DescriptorFault::kNoConfiguration:
      return "no_configuration";
    case DescriptorFault::kTooManyInterfaces:
      return "too_many_interfaces";
  }
  return "bad_length";
}

const char* Name(Bus bus) {
  for (const auto& [value, name] : kBusNames) {
    if (value == bus) return name;
  }
  return "other";
}

std::optional<Bus> ParseBus(std::string_view name) {
  for (const auto& [value, known] : kBusNames) {
    if (name == known) return value;
  }
  return std::nullopt;
}

}  // namespace sekisho::core
