#include "console/usbguard/utf8.h"

#include <array>

namespace sekisho::console::usbguard {
namespace {

// Bytes that follow `lead`; nullopt for what leads nothing.
std::optional<std::size_t> FollowersOf(unsigned char lead) {
  if (lead < 0x80) return 0;
  if (lead < 0xc2) return std::nullopt;
  if (lead < 0xe0) return 1;
  if (lead < 0xf0) return 2;
  return lead < 0xf5 ? std::optional<std::size_t>(3) : std::nullopt;
}

}  // namespace

std::optional<CodePoint> FirstOf(std::string_view text) {
  static constexpr std::array<std::uint32_t, 4> kLeast = {0, 0x80, 0x800, 0x10000};
  const auto lead = static_cast<unsigned char>(text.front());
  const std::optional<std::size_t> followers = FollowersOf(lead);
  if (!followers || *followers >= text.size()) return std::nullopt;
  std::uint32_t point = *followers == 0 ? lead : lead & (0x3fU >> *followers);
  for (std::size_t i = 1; i <= *followers; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xc0) != 0x80) return std::nullopt;
    point = point << 6 | (next & 0x3f);
  }
  const bool surrogate = point >= 0xd800 && point < 0xe000;
  if (point < kLeast[*followers] || point > 0x10ffff || surrogate) return std::nullopt;
  return CodePoint{point, *followers + 1};
}

bool IsControl(std::uint32_t point) {
  return point < 0x20 || (point >= 0x7f && point < 0xa0) || point == 0x2028 || point == 0x2029 ||
         point == 0xfeff || point == 0xfffe || point == 0xffff;
}

std::string Shown(std::string_view text, std::size_t most) {
  std::string shown;
  while (!text.empty()) {
    const std::optional<CodePoint> point = FirstOf(text);
    const std::size_t bytes = point ? point->bytes : 1;
    const bool whole = point && !IsControl(point->value);
    if (shown.size() + (whole ? bytes : 1) > most) break;
    if (whole) {
      shown += text.substr(0, bytes);
    } else {
      shown += text.front() == '\t' ? ' ' : '?';
    }
    text.remove_prefix(bytes);
  }
  return shown;
}

}  // namespace sekisho::console::usbguard
