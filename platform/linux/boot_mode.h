#ifndef SEKISHO_PLATFORM_LINUX_BOOT_MODE_H_
#define SEKISHO_PLATFORM_LINUX_BOOT_MODE_H_

#include <optional>
#include <string>
#include <string_view>

#include "platform/api/boot_control.h"

namespace sekisho::platform {

inline constexpr std::chrono::seconds kShortestTrial{60};
inline constexpr std::chrono::seconds kLongestTrial{86400};

// On the kernel's command line: the boot loader's rescue entry started this boot; and whoever put
// authorized_default=0 there was Sekisho.
inline constexpr std::string_view kRescueMark = "sekisho.rescue=1";
inline constexpr std::string_view kDenyMark = "sekisho.deny=1";

// "observe", "trial", "enforce", "rescue"; nothing for another word.
const char* Word(BootMode mode);
std::optional<BootMode> ParseBootMode(std::string_view word);

// Whether new devices stay shut in it.
enum class NewDevices { kShut, kLetIn };
NewDevices NewDevicesIn(BootMode mode);

// A text, a "key value" a line, "end" last; both end with a line end. Pure, and each the other's
// inverse. What is not exactly that is nothing: truncated, garbage, or of a later version.
std::string WriteNextBoot(const NextBoot& next);
std::optional<NextBoot> ParseNextBoot(std::string_view text);
std::string WriteThisBoot(const ThisBoot& boot);
std::optional<ThisBoot> ParseThisBoot(std::string_view text);

// What a mode file says, or that there is none: kEnforce in doubt, so that damage opens nothing.
NextBoot NextBootOf(const std::optional<std::string>& text);

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_BOOT_MODE_H_
