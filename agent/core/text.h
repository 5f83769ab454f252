#ifndef SEKISHO_AGENT_CORE_TEXT_H_
#define SEKISHO_AGENT_CORE_TEXT_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sekisho::core {

// One character of UTF-8 (RFC 3629: no surrogates, no overlong forms) at the start of `bytes`.
struct Utf8Character {
  char32_t code_point;
  std::size_t length;  // 1..4
};
std::optional<Utf8Character> FirstCharacter(std::string_view bytes);

// C0, DEL and C1.
bool IsControl(char32_t code_point);

// What a hostile device may not put on someone's screen: control characters, line and paragraph
// separators, and the marks that turn the direction of writing (Unicode UAX #9).
bool IsUnprintable(char32_t code_point);

// Valid UTF-8 of at most `max_characters`, with U+FFFD for what is invalid or unprintable.
std::string Printable(std::string_view bytes, std::size_t max_characters);

}  // namespace sekisho::core

#endif  // SEKISHO_AGENT_CORE_TEXT_H_
