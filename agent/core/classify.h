#ifndef SEKISHO_AGENT_CORE_CLASSIFY_H_
#define SEKISHO_AGENT_CORE_CLASSIFY_H_

#include <cstdint>
#include <set>
#include <span>

#include "agent/core/device.h"

namespace sekisho::core {

// bDeviceClass, bDeviceSubClass, bDeviceProtocol (USB 2.0, 9.6.1).
struct DeviceCodes {
  std::uint8_t class_code = 0;
  std::uint8_t subclass_code = 0;
  std::uint8_t protocol_code = 0;
};

// What a device claims to be for: the union over its own codes and all interfaces of all its
// configurations, never empty. A claim may lie; what descriptors cannot tell is kUnknown rather
// than guessed:
// - HID without the boot subclass is kUnknown, unless the device also has a boot keyboard or
//   pointer: every HID interface does what its report descriptor says, boot or not, so another one
//   beside a keyboard adds nothing that the keyboard could not do already.
// - Still image (PTP, and MTP in its usual form) is kPhone and kCamera at once: the codes are the
//   same, and who allows one allows the other.
// - Mass storage is kOptical or kTape only where its subclass says so (MMC-5, QIC-157). Most USB
//   optical drives and all card readers call themselves SCSI storage and are kStorage here.
// - Security keys (FIDO) are HID without the boot subclass: kUnknown. Most Wi-Fi adapters and MTP
//   hidden in a vendor class are vendor specific: kUnknown. kCardReader and kSecurityKey are never
//   the result; rules name such devices by vendor, product, serial or fingerprint.
// - CDC data interfaces belong to the control interface beside them and count for nothing, unless
//   there is none.
std::set<DeviceClass> Classify(const DeviceCodes& codes, std::span<const UsbInterface> interfaces);

}  // namespace sekisho::core

#endif  // SEKISHO_AGENT_CORE_CLASSIFY_H_
