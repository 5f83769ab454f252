#ifndef SEKISHO_TESTS_UNIT_AGENT_ENGINE_USB_DESCRIPTORS_H_
#define SEKISHO_TESTS_UNIT_AGENT_ENGINE_USB_DESCRIPTORS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "platform/api/devices.h"

namespace sekisho::testing {

struct InterfaceCode {
  std::uint8_t class_code, subclass_code, protocol_code;
};
inline constexpr InterfaceCode kBulkStorage{0x08, 0x06, 0x50};
inline constexpr InterfaceCode kBootKeyboard{0x03, 0x01, 0x01};
inline constexpr InterfaceCode kHubInterface{0x09, 0x00, 0x00};

// A device descriptor and one configuration with these interfaces (USB 2.0, 9.6).
std::vector<std::byte> Descriptors(std::uint16_t vendor, std::uint16_t product,
                                   const std::vector<InterfaceCode>& interfaces);

platform::DeviceFacts Stick(std::string serial, std::uint16_t product = 0x5583);
platform::DeviceFacts Keyboard();
platform::DeviceFacts Hub();
// Types like a keyboard, and is a disk besides.
platform::DeviceFacts KeyboardWithStorage();

}  // namespace sekisho::testing

#endif  // SEKISHO_TESTS_UNIT_AGENT_ENGINE_USB_DESCRIPTORS_H_
