#ifndef SEKISHO_PLATFORM_LINUX_BOOT_DEVICES_H_
#define SEKISHO_PLATFORM_LINUX_BOOT_DEVICES_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platform/api/devices.h"
#include "platform/api/files.h"

namespace sekisho::platform {

inline constexpr std::size_t kMaxBootDevices = 128;

// Where adopted devices are written down, and what brings them up at boot.
struct BootFiles {
  std::string list = "/var/lib/sekisho/agentd/adopted";
  std::string rules = "/etc/udev/rules.d/97-sekisho-adopted.rules";
};

// "sekisho-adopted 1", a line for each device (port, fingerprint, vendor:product, serial in
// hexadecimal or "-"), "end COUNT". Pure, and each the other's inverse.
std::string WriteBootDevices(std::span<const BootDevice> devices);
// Nothing when it is not exactly that: truncated, garbage, or of a later version.
std::optional<std::vector<BootDevice>> ParseBootDevices(std::string_view text);

// udev rules that authorise exactly these devices, with no daemon running. udev matches port and
// ids; `sekisho-barrier authorise` then compares the fingerprint and the serial number and
// authorises through the same open directory, which udev itself could not. Pure.
std::string UdevRulesFor(std::span<const BootDevice> devices);

// Both files, durably. EINVAL for a device that could not be read back; E2BIG above the bound.
Outcome WriteBootFiles(Files& files, const BootFiles& paths, std::span<const BootDevice> devices);
// Empty when there is no list; EBADMSG when it is not one.
Result<std::vector<BootDevice>> ReadBootFiles(Files& files, const BootFiles& paths);

// Lower-case hexadecimal and back; nothing for an odd length or another character.
std::string ToHex(std::string_view bytes);
std::optional<std::string> FromHex(std::string_view hex);

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_BOOT_DEVICES_H_
