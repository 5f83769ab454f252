#include "agent/core/attachment.h"

#include <algorithm>

#include "agent/core/text.h"

namespace sekisho::core {
namespace {

constexpr std::size_t kMaxStringCharacters = 126;
constexpr std::uint8_t kMassStorageClass = 0x08;  // USB-IF, defined class codes

bool IsTypable(const std::string& place) {
  return !place.empty() && place.size() <= kMaxPlaceBytes &&
         std::ranges::all_of(place, [](char each) { return each > ' ' && each < 0x7f; });
}

}  // namespace

std::optional<Device> ParseAttachment(const RawAttachment& raw) {
  if (raw.bus == Bus::kUsb || !IsTypable(raw.place)) return std::nullopt;
  Device device;
  device.bus = raw.bus;
  device.fingerprint = raw.fingerprint;
  device.vendor_id = raw.vendor_id;
  device.product_id = raw.product_id;
  device.serial = Printable(raw.serial, kMaxStringCharacters);
  device.manufacturer = Printable(raw.manufacturer, kMaxStringCharacters);
  device.product = Printable(raw.product, kMaxStringCharacters);
  device.port_path = raw.place;
  device.classes = {raw.device_class};
  device.identity = raw.fingerprint;
  if (!device.serial.empty()) device.confidence = IdentityConfidence::kSerial;
  return device;
}

bool IsOnlyDisks(const Device& device) {
  const bool disks = std::ranges::all_of(device.classes, [](DeviceClass each) {
    return each == DeviceClass::kStorage || each == DeviceClass::kOptical ||
           each == DeviceClass::kCardReader;
  });
  const bool interfaces = std::ranges::all_of(device.interfaces, [](const UsbInterface& each) {
    return each.class_code == kMassStorageClass;
  });
  return disks && interfaces && !device.classes.empty();
}

}  // namespace sekisho::core
