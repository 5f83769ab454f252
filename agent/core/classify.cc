#include "agent/core/classify.h"

#include <algorithm>

namespace sekisho::core {
namespace {

using Classes = std::set<DeviceClass>;

// USB-IF "Defined Class Codes"; the comments name the class documents for the subclasses.
enum Code : std::uint8_t {
  kPerInterface = 0x00,
  kAudioCode = 0x01,
  kCdcControl = 0x02,
  kHid = 0x03,
  kImage = 0x06,
  kPrinterCode = 0x07,
  kMassStorage = 0x08,
  kHubCode = 0x09,
  kCdcData = 0x0a,
  kSmartCard = 0x0b,
  kVideoCode = 0x0e,
  kAudioVideo = 0x10,
  kWireless = 0xe0,
  kMiscellaneous = 0xef,
};

constexpr std::uint8_t kBootSubclass = 1;  // HID 1.11, 4.2
constexpr std::uint8_t kBootKeyboard = 1;  // HID 1.11, 4.3
constexpr std::uint8_t kBootPointer = 2;

// CDC 1.2, table 4; protocol 0xff on ACM is Remote NDIS.
Classes CdcClasses(std::uint8_t subclass, std::uint8_t protocol) {
  switch (subclass) {
    case 0x02:  // abstract control
      return {protocol == 0xff ? DeviceClass::kNetworkAdapter : DeviceClass::kSerial};
    case 0x06:  // Ethernet (ECM)
    case 0x0a:  // mobile direct line, used for Ethernet-like links
    case 0x0c:  // Ethernet emulation (EEM)
    case 0x0d:  // network control (NCM)
    case 0x0e:  // mobile broadband (MBIM)
      return {DeviceClass::kNetworkAdapter};
    default:
      return {DeviceClass::kUnknown};
  }
}

// Mass Storage Class Specification Overview 1.4, table 1.
Classes StorageClasses(std::uint8_t subclass) {
  switch (subclass) {
    case 0x02:
      return {DeviceClass::kOptical};
    case 0x03:
      return {DeviceClass::kTape};
    default:
      return {DeviceClass::kStorage};
  }
}

Classes WirelessClasses(std::uint8_t subclass, std::uint8_t protocol) {
  if (subclass != 0x01) return {DeviceClass::kUnknown};
  switch (protocol) {
    case 0x01:  // Bluetooth programming interface
    case 0x04:  // Bluetooth AMP controller
      return {DeviceClass::kBluetooth};
    case 0x03:  // Remote NDIS
      return {DeviceClass::kNetworkAdapter};
    default:
      return {DeviceClass::kUnknown};
  }
}

Classes MiscellaneousClasses(std::uint8_t subclass, std::uint8_t protocol) {
  if (subclass == 0x04) {  // Remote NDIS over …
    return {protocol == 0x02 ? DeviceClass::kWifi : DeviceClass::kNetworkAdapter};
  }
  if (subclass == 0x05) return {DeviceClass::kVideo};  // USB3 Vision
  return {DeviceClass::kUnknown};
}

Classes ClassesOf(const UsbInterface& codes) {
  const std::uint8_t subclass = codes.subclass_code;
  const std::uint8_t protocol = codes.protocol_code;
  switch (codes.class_code) {
    case kAudioCode:
      return {DeviceClass::kAudio};
    case kCdcControl:
      return CdcClasses(subclass, protocol);
    case kHid:
      if (subclass == kBootSubclass && protocol == kBootKeyboard) return {DeviceClass::kKeyboard};
      if (subclass == kBootSubclass && protocol == kBootPointer) return {DeviceClass::kPointer};
      if (codes.hid_use == HidUse::kSecurityKey) return {DeviceClass::kSecurityKey};
      return {DeviceClass::kUnknown};
    case kImage:
      if (subclass == 0x01) return {DeviceClass::kPhone, DeviceClass::kCamera};
      return {DeviceClass::kUnknown};
    case kPrinterCode:
      return {DeviceClass::kPrinter};
    case kMassStorage:
      return StorageClasses(subclass);
    case kHubCode:
      return {DeviceClass::kHub};
    case kSmartCard:
      return {DeviceClass::kSmartCardReader};
    case kVideoCode:
      return {DeviceClass::kVideo};
    case kAudioVideo:
      return {DeviceClass::kAudio, DeviceClass::kVideo};
    case kWireless:
      return WirelessClasses(subclass, protocol);
    case kMiscellaneous:
      return MiscellaneousClasses(subclass, protocol);
    default:
      return {DeviceClass::kUnknown};
  }
}

// Codes of the whole device that only say "look at the interfaces".
bool IsPerInterface(const DeviceCodes& codes) {
  if (codes.class_code == kPerInterface || codes.class_code == kCdcControl) return true;
  return codes.class_code == kMiscellaneous && codes.subclass_code == 0x02 &&
         codes.protocol_code == 0x01;  // interface association (USB 3.2, 9.6.4)
}

bool IsBootInput(const UsbInterface& interface) {
  return interface.class_code == kHid && interface.subclass_code == kBootSubclass &&
         (interface.protocol_code == kBootKeyboard || interface.protocol_code == kBootPointer);
}

// Controls that a CDC data interface may belong to: CDC's own, and Remote NDIS's other two dresses.
bool IsCdcControl(const UsbInterface& interface) {
  switch (interface.class_code) {
    case kCdcControl:
      return true;
    case kWireless:
      return interface.subclass_code == 0x01 && interface.protocol_code == 0x03;
    case kMiscellaneous:
      return interface.subclass_code == 0x04;
    default:
      return false;
  }
}

}  // namespace

Classes Classify(const DeviceCodes& codes, std::span<const UsbInterface> interfaces) {
  bool has_boot_input = false;
  bool has_cdc_control = false;
  for (const UsbInterface& interface : interfaces) {
    has_boot_input = has_boot_input || IsBootInput(interface);
    has_cdc_control = has_cdc_control || IsCdcControl(interface);
  }
  Classes classes;
  for (const UsbInterface& interface : interfaces) {
    if (interface.class_code == kHid && has_boot_input && !IsBootInput(interface)) continue;
    if (interface.class_code == kCdcData && has_cdc_control) continue;
    classes.merge(ClassesOf(interface));
  }
  if (!IsPerInterface(codes)) {
    classes.merge(ClassesOf(UsbInterface{.class_code = codes.class_code,
                                         .subclass_code = codes.subclass_code,
                                         .protocol_code = codes.protocol_code}));
  }
  if (classes.empty()) classes.insert(DeviceClass::kUnknown);
  return classes;
}

namespace {

// Without what the device claims as a whole.
Classes OwnClasses(const UsbInterface& interface, std::span<const UsbInterface> all) {
  if (interface.class_code == kHid && !IsBootInput(interface)) {
    const bool has_keyboard = std::ranges::any_of(all, [](const UsbInterface& each) {
      return IsBootInput(each) && each.protocol_code == kBootKeyboard;
    });
    return has_keyboard ? Classes{DeviceClass::kKeyboard} : ClassesOf(interface);
  }
  if (interface.class_code != kCdcData) return ClassesOf(interface);
  Classes controls;
  for (const UsbInterface& each : all) {
    if (IsCdcControl(each)) controls.merge(ClassesOf(each));
  }
  return controls.empty() ? Classes{DeviceClass::kUnknown} : controls;
}

}  // namespace

Classes ClaimedAsAWhole(const Device& device) {
  Classes rest = device.classes;
  for (const UsbInterface& each : device.interfaces) {
    for (const DeviceClass of_interface : ClassesOf(each)) rest.erase(of_interface);
  }
  return rest;
}

Classes ClassesOf(const UsbInterface& interface, const Device& device) {
  Classes classes = OwnClasses(interface, device.interfaces);
  classes.merge(ClaimedAsAWhole(device));
  return classes;
}

InterfaceSplit SplitInterfaces(const Device& device, const Classes& only) {
  const auto is_open = [&](const Classes& classes) {
    return std::ranges::all_of(classes, [&](DeviceClass each) { return only.contains(each); });
  };
  const Classes whole = ClaimedAsAWhole(device);
  std::set<std::uint8_t> shut;
  for (const UsbInterface& each : device.interfaces) {
    if (!is_open(whole) || !is_open(OwnClasses(each, device.interfaces))) shut.insert(each.number);
  }
  InterfaceSplit split;
  for (const UsbInterface& each : device.interfaces) {
    if (shut.contains(each.number)) continue;
    split.open.merge(OwnClasses(each, device.interfaces));
    split.open.insert(whole.begin(), whole.end());
  }
  split.shut.assign(shut.begin(), shut.end());
  return split;
}

Classes OpenClasses(const Device& device, std::span<const std::uint8_t> shut) {
  if (shut.empty()) return device.classes;
  Classes open;
  for (const UsbInterface& each : device.interfaces) {
    if (!std::ranges::binary_search(shut, each.number)) open.merge(ClassesOf(each, device));
  }
  return open;
}

std::vector<std::uint8_t> OpenInterfaces(const Device& device, std::span<const std::uint8_t> shut) {
  std::set<std::uint8_t> open;
  for (const UsbInterface& each : device.interfaces) {
    if (!std::ranges::binary_search(shut, each.number)) open.insert(each.number);
  }
  return {open.begin(), open.end()};
}

}  // namespace sekisho::core
