#ifndef SEKISHO_PLATFORM_LINUX_KEY_LINE_H_
#define SEKISHO_PLATFORM_LINUX_KEY_LINE_H_

#include <optional>
#include <string_view>

namespace sekisho::platform {

// The value of "KEYvalue\n", taken off the front of `text` (the key with its space); nothing, and
// `text` of no more use, when another line is there or none.
std::optional<std::string_view> TakeValue(std::string_view& text, std::string_view key);

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_KEY_LINE_H_
