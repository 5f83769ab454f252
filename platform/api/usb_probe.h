#ifndef SEKISHO_PLATFORM_API_USB_PROBE_H_
#define SEKISHO_PLATFORM_API_USB_PROBE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <span>
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
  // Report descriptors (HID 1.11, 6.2.2) by interface number, of those asked for; at most 256 bytes
  // each, longer ones left out.
  std::map<std::uint8_t, std::vector<std::byte>> hid_reports{};
};

// How many interfaces one question asks for their report descriptors, at most.
inline constexpr std::size_t kMaxHidQuestions = 4;

// Asks refused devices, in a process of its own with nothing to lose.
class UsbProbe {
 public:
  virtual ~UsbProbe() = default;
  // Calls back once, on the loop's thread, within five seconds; not at all once this is destroyed.
  // A device that answers nothing sensible is a Failure (EPROTO), one that is gone ENODEV. Only
  // one question at a time for each port: EALREADY.
  virtual void Ask(const OpenDevice& device, std::function<void(Result<UsbAnswers>)> answer) = 0;
  // The same question, of the HID interfaces of these numbers (at most kMaxHidQuestions) for their
  // report descriptors alone: a device gives those away only once it is configured. It is
  // authorised for that, with these interfaces and no other, and they are the worker's: no driver
  // gets any. Once it has
  // answered, or is not waited for any longer, whoever asked deauthorises it.
  virtual void AskReports(const OpenDevice& device, std::span<const std::uint8_t> interfaces,
                          std::function<void(Result<UsbAnswers>)> answer) = 0;
};

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_API_USB_PROBE_H_
