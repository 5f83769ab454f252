#ifndef SEKISHO_AGENT_CORE_CLASSIFY_H_
#define SEKISHO_AGENT_CORE_CLASSIFY_H_

#include <cstdint>
#include <set>
#include <span>
#include <vector>

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
// - HID without the boot subclass is kSecurityKey where its report descriptor is known and says so,
//   otherwise kUnknown; and nothing of its own where the device also has a boot keyboard or
//   pointer: every HID interface does what its report descriptor says, boot or not, so another one
//   beside a keyboard adds nothing that the keyboard could not do already.
// - Still image (PTP, and MTP in its usual form) is kPhone and kCamera at once: the codes are the
//   same, and who allows one allows the other.
// - Mass storage is kOptical or kTape only where its subclass says so (MMC-5, QIC-157). Most USB
//   optical drives and all card readers call themselves SCSI storage and are kStorage here.
// - Most Wi-Fi adapters and MTP hidden in a vendor class are vendor specific: kUnknown. kCardReader
//   is never the result; rules name such devices by vendor, product, serial or fingerprint.
// - CDC data interfaces belong to the control interface beside them and count for nothing, unless
//   there is none.
std::set<DeviceClass> Classify(const DeviceCodes& codes, std::span<const UsbInterface> interfaces);

// What the device is taken for that none of its interfaces says.
std::set<DeviceClass> ClaimedAsAWhole(const Device& device);

// What one interface of a device is for, never empty. As above, but told from its neighbours: a HID
// interface without the boot subclass is the keyboard beside it, or kUnknown where there is none (a
// pointer beside it vouches for nothing that types), and a CDC data interface is whatever any
// control interface of the device is. A class that the device claims as a whole is each
// interface's.
std::set<DeviceClass> ClassesOf(const UsbInterface& interface, const Device& device);

// A device of which only interfaces of the classes `only` are open.
struct InterfaceSplit {
  std::set<DeviceClass> open;      // the classes of what is open
  std::vector<std::uint8_t> shut;  // interface numbers, ascending
};
// An interface is open when each of its classes is listed, in each of its alternate settings and in
// each configuration that has its number.
InterfaceSplit SplitInterfaces(const Device& device, const std::set<DeviceClass>& only);

// Of a device of which the interfaces `shut` (ascending) are shut: the classes and the numbers
// (ascending) of what is open. With nothing shut, all that it claims to be and has.
std::set<DeviceClass> OpenClasses(const Device& device, std::span<const std::uint8_t> shut);
std::vector<std::uint8_t> OpenInterfaces(const Device& device, std::span<const std::uint8_t> shut);

}  // namespace sekisho::core

#endif  // SEKISHO_AGENT_CORE_CLASSIFY_H_
