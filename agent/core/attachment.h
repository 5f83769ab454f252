#ifndef SEKISHO_AGENT_CORE_ATTACHMENT_H_
#define SEKISHO_AGENT_CORE_ATTACHMENT_H_

#include <cstdint>
#include <optional>
#include <string>

#include "agent/core/device.h"

namespace sekisho::core {

// What was read of a device that is not USB: raw, hostile.
struct RawAttachment {
  Bus bus = Bus::kOther;
  DeviceClass device_class = DeviceClass::kUnknown;
  std::string place;
  Fingerprint fingerprint{};
  std::uint16_t vendor_id = 0;
  std::uint16_t product_id = 0;
  std::string serial;
  std::string manufacturer;
  std::string product;
};

// Pure. Strings lose what does not belong on a screen, as ParseDevice's do. Its identity is its
// fingerprint, which knows no place and no speed. Nothing when the place could not be typed or
// shown: empty, above kMaxPlaceBytes, or with anything but printable ASCII without spaces in it; or
// when the bus is USB's, whose devices have descriptors.
inline constexpr std::size_t kMaxPlaceBytes = 64;
std::optional<Device> ParseAttachment(const RawAttachment& raw);

// Whether read-only can be said of such a device at all: a medium to read, and nothing besides that
// takes what is written (a phone's protocol, a keyboard's, a tape drive's).
bool IsOnlyDisks(const Device& device);

}  // namespace sekisho::core

#endif  // SEKISHO_AGENT_CORE_ATTACHMENT_H_
