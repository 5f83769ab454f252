#ifndef SEKISHO_CONSOLE_USBGUARD_UTF8_H_
#define SEKISHO_CONSOLE_USBGUARD_UTF8_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sekisho::console::usbguard {

struct CodePoint {
  std::uint32_t value = 0;
  std::size_t bytes = 1;
};
// The first of `text`, which is not empty; nullopt when it is not well-formed (RFC 3629, 4).
std::optional<CodePoint> FirstOf(std::string_view text);

// C0, DEL, C1, and Unicode's line ends: what neither a device's text nor a line of YAML may hold.
bool IsControl(std::uint32_t point);

// `text`, at most `most` bytes of it, with "?" for what is not well-formed or a control character.
std::string Shown(std::string_view text, std::size_t most);

}  // namespace sekisho::console::usbguard

#endif  // SEKISHO_CONSOLE_USBGUARD_UTF8_H_
