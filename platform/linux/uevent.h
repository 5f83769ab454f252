#ifndef SEKISHO_PLATFORM_LINUX_UEVENT_H_
#define SEKISHO_PLATFORM_LINUX_UEVENT_H_

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "platform/api/devices.h"

namespace sekisho::platform {

// Linux, lib/kobject_uevent.c: UEVENT_BUFFER_SIZE is 2048; a datagram adds "ACTION@DEVPATH\0".
inline constexpr std::size_t kMaxUeventBytes = 8192;

// One kernel uevent: "ACTION@DEVPATH\0KEY=VALUE\0…".
struct Uevent {
  std::string action;     // add, remove, change, move, online, offline, bind, unbind
  std::string devpath;    // below /sys, e.g. "/devices/pci0000:00/…/usb2/2-1"
  std::string subsystem;  // "usb"
  std::string devtype;    // "usb_device", "usb_interface", or empty
  // Written to `uevent` by a process rather than told by the kernel (SYNTH_UUID is there).
  enum class Origin { kKernel, kSynthetic } origin = Origin::kKernel;
  friend bool operator==(const Uevent&, const Uevent&) = default;
};

// Pure. Nothing when the bytes are not a kernel uevent: no header, header and ACTION or DEVPATH
// that disagree, a field without "=", a duplicate of a field used here, no final NUL, a DEVPATH
// that is not absolute or has an empty, "." or ".." component, above kMaxUeventBytes.
std::optional<Uevent> ParseUevent(std::span<const std::byte> datagram);

// The inverse, in the kernel's form.
std::string WriteUevent(const Uevent& uevent);

// What it says about a USB device, if anything. Root hubs ("usb1") and synthetic events say
// nothing; an interface that comes, goes, or is taken by a driver alters its device.
std::optional<DeviceNotice> NoticeOf(const Uevent& uevent);

// "1-1", "2-1.4.3": bus, then ports, at most 7 tiers (USB 2.0, 4.1.1), each a number from 1 to 255.
bool IsPortPath(std::string_view text);

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_UEVENT_H_
