#ifndef SEKISHO_PLATFORM_API_USB_PROBE_H_
#define SEKISHO_PLATFORM_API_USB_PROBE_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "platform/api/devices.h"

namespace sekisho::platform {

// What a refused device says over endpoint 0 that the OS does not show. Bounded and parsed as
// hostile before it gets here.
struct UsbAnswers {
  // Capability types of its BOS (USB 3.2, 9.6.2), at most 32.
  std::vector<std::uint8_t> capability_types;
  // Compatible ids of its Microsoft OS 1.0 extended compat id descriptor, e.g. "MTP", "WINUSB"; at
  // most 16, of A-Z, 0-9 and _.
  std::vector<std::string> compatible_ids;
};

// Asks refused devices, in a process of its own with nothing to lose.
class UsbProbe {
 public:
  virtual ~UsbProbe() = default;
  // Calls back once, on the loop's thread, within five seconds; not at all once this is destroyed.
  // A device that answers nothing sensible is a Failure (EPROTO), one that is gone ENODEV. Only
  // one question at a time for each port: EALREADY.
  virtual void Ask(const OpenDevice& device, std::function<void(Result<UsbAnswers>)> answer) = 0;
};

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_API_USB_PROBE_H_
