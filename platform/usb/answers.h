#ifndef SEKISHO_PLATFORM_USB_ANSWERS_H_
#define SEKISHO_PLATFORM_USB_ANSWERS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platform/api/usb_probe.h"

namespace sekisho::platform {

inline constexpr std::size_t kMaxCapabilities = 32;
inline constexpr std::size_t kMaxCompatibleIds = 16;
inline constexpr std::size_t kMaxReport = 256;
inline constexpr std::size_t kMaxAnswersText = 4096;

// Pure; nothing for bytes that are not what they should be, whatever a hostile device sends.
// Capability types of a BOS descriptor (USB 3.2, 9.6.2).
std::optional<std::vector<std::uint8_t>> ParseBos(std::span<const std::byte> bytes);
// The vendor code of a Microsoft OS string descriptor (index 0xEE, "MSFT100").
std::optional<std::uint8_t> ParseMicrosoftVendorCode(std::span<const std::byte> bytes);
// Compatible ids of a Microsoft extended compat id OS feature descriptor (version 1.00); sections
// without one are left out.
std::optional<std::vector<std::string>> ParseCompatibleIds(std::span<const std::byte> bytes);

// The HID interfaces of a device's configurations, ascending, by its descriptors (device, then each
// configuration, as usbfs has them); malformed ones are where it ends.
std::vector<std::uint8_t> HidInterfaces(std::span<const std::byte> descriptors);

// What the worker says to agentd: "capability N", "compatible ID" and "report N HEX" lines, "end"
// last. The worker
// is not believed more than the device: reading is bounded and strict.
std::string WriteAnswers(const UsbAnswers& answers);
std::optional<UsbAnswers> ParseAnswers(std::string_view text);

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_USB_ANSWERS_H_
