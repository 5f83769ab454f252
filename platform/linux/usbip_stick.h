#ifndef SEKISHO_PLATFORM_LINUX_USBIP_STICK_H_
#define SEKISHO_PLATFORM_LINUX_USBIP_STICK_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace sekisho::platform {

// A USB stick that exists only on a socket: it answers the kernel's USB/IP requests
// (Documentation/usb/usbip_protocol.rst) the way a mass storage device (USB 2.0, chapter 9) does
// while it is enumerated. It has no bulk endpoints that work: whoever binds to it gets nothing.
class UsbipStick {
 public:
  static constexpr std::size_t kHeaderBytes = 48;
  static constexpr const char* kSerial = "SEKISHO-PROBE";

  // Pure: the answer to one request's header; nothing when it is not one (then hang up). OUT data
  // that follows a header is `OutBytes(header)` long and is ignored.
  static std::optional<std::vector<std::byte>> Answer(
      std::span<const std::byte, kHeaderBytes> header);
  static std::size_t OutBytes(std::span<const std::byte, kHeaderBytes> header);
};

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_USBIP_STICK_H_
