#ifndef SEKISHO_AGENT_CORE_IDENTITY_H_
#define SEKISHO_AGENT_CORE_IDENTITY_H_

#include <optional>
#include <string>
#include <string_view>

#include "agent/core/device.h"

namespace sekisho::core {

// What stays the same of a device on another port, in another terminal and at another speed, as
// bytes to hash: ids, bcdDevice, class, strings, and of each configuration its interfaces,
// endpoints (number, direction, kind) and HID descriptors, in an order of their own. Left out is
// what a device answers differently at USB 2.0 and at 3.x: bcdUSB, packet sizes, intervals, powers,
// companions (USB 3.2, 9.6.7), lengths, a hub's protocol, and how a stream's bandwidth is cut into
// alternate settings. Two devices with other bytes are told apart; equal bytes say as much as the
// serial does. Pure and total: none for what ParseDevice refuses.
std::optional<std::string> IdentityBytes(const RawDevice& raw);

// Whether a serial tells one device from others of its make: too short, one character over and
// over, digits in their order, and what makers leave in from their example do not.
IdentityConfidence ConfidenceOf(std::string_view serial);

}  // namespace sekisho::core

#endif  // SEKISHO_AGENT_CORE_IDENTITY_H_
