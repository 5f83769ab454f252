#ifndef SEKISHO_AGENT_CORE_HID_REPORT_H_
#define SEKISHO_AGENT_CORE_HID_REPORT_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "agent/core/device.h"

namespace sekisho::core {

// Report descriptors by interface number, as the device gave them: hostile.
using HidReports = std::map<std::uint8_t, std::vector<std::byte>>;

// What a HID interface is for, by its report descriptor (HID 1.11, 6.2.2). kSecurityKey only where
// nothing else can be in it for the kernel: every collection, at any depth, and every usage page is
// FIDO's (0xF1D0; CTAP 2.1, 11.2.8.1), and it is written the plain way. What uses more of the
// language than that (long items, push and pop, usage ranges, delimiters) is kUntold, well-formed
// or not.
HidUse UseOf(std::span<const std::byte> report_descriptor);

// Whether some HID interface of it could be told by its report descriptor: none of its interfaces
// is a boot keyboard or pointer, since beside one a HID interface says nothing that counts.
bool CouldBeTold(const Device& device);
// The numbers (ascending) of those interfaces.
std::vector<std::uint8_t> Untold(const Device& device);

// The device with what its report descriptors say in place of kUnknown; the same device where they
// say nothing, or it could not be told. What it claims besides stays.
Device Told(const Device& device, const HidReports& reports);

}  // namespace sekisho::core

#endif  // SEKISHO_AGENT_CORE_HID_REPORT_H_
