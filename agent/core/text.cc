#include "agent/core/text.h"

#include <cstdint>

namespace sekisho::core {

std::optional<Utf8Character> FirstCharacter(std::string_view bytes) {
  if (bytes.empty()) return std::nullopt;
  const auto lead = static_cast<std::uint8_t>(bytes[0]);
  if (lead < 0x80) return Utf8Character{lead, 1};
  std::size_t length = 0;
  char32_t code_point = 0;
  char32_t least = 0;
  if ((lead & 0xe0) == 0xc0) {
    length = 2, code_point = lead & 0x1f, least = 0x80;
  } else if ((lead & 0xf0) == 0xe0) {
    length = 3, code_point = lead & 0x0f, least = 0x800;
  } else if ((lead & 0xf8) == 0xf0) {
    length = 4, code_point = lead & 0x07, least = 0x10000;
  } else {
    return std::nullopt;
  }
  if (bytes.size() < length) return std::nullopt;
  for (std::size_t i = 1; i < length; ++i) {
    const auto next = static_cast<std::uint8_t>(bytes[i]);
    if ((next & 0xc0) != 0x80) return std::nullopt;
    code_point = (code_point << 6) | (next & 0x3f);
  }
  const bool surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
  if (code_point < least || code_point > 0x10ffff || surrogate) return std::nullopt;
  return Utf8Character{code_point, length};
}

bool IsControl(char32_t code_point) {
  return code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0);
}

bool IsUnprintable(char32_t code_point) {
  if (IsControl(code_point)) return true;
  if (code_point == 0x200e || code_point == 0x200f || code_point == 0x061c) return true;
  if (code_point >= 0x2028 && code_point <= 0x202e) return true;
  return code_point >= 0x2066 && code_point <= 0x2069;
}

std::string Printable(std::string_view bytes, std::size_t max_characters) {
  std::string printable;
  for (std::size_t count = 0; count < max_characters && !bytes.empty(); ++count) {
    const std::optional<Utf8Character> character = FirstCharacter(bytes);
    const std::size_t length = character ? character->length : 1;
    if (character && !IsUnprintable(character->code_point)) {
      printable += bytes.substr(0, length);
    } else {
      printable += "\xef\xbf\xbd";
    }
    bytes.remove_prefix(length);
  }
  return printable;
}

}  // namespace sekisho::core
