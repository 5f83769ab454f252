#include "agent/engine/minimise.h"

#include <optional>
#include <vector>

#include "agent/core/text.h"
#include "proto/contract/bounds.h"

namespace sekisho::engine {
namespace {

constexpr std::size_t kIndividualNumberDigits = 12;

bool IsDigit(char32_t c) { return (c >= U'0' && c <= U'9') || (c >= U'０' && c <= U'９'); }

// What people write between groups of digits.
bool IsSeparator(char32_t c) {
  switch (c) {
    case U'-':
    case U' ':
    case U'‐':
    case U'‑':
    case U'‒':
    case U'–':
    case U'—':
    case U'−':
    case U'－':
    case U'ー':
    case U'　':
      return true;
    default:
      return false;
  }
}

struct Character {
  char32_t code_point;
  std::string bytes;
};

std::vector<Character> Split(std::string_view text) {
  std::vector<Character> characters;
  while (!text.empty()) {
    std::optional<core::Utf8Character> first = core::FirstCharacter(text);
    if (!first) break;  // not after Printable
    characters.push_back({first->code_point, std::string(text.substr(0, first->length))});
    text.remove_prefix(first->length);
  }
  return characters;
}

}  // namespace

std::string Bounded(std::string_view text) {
  std::string bounded;
  for (const Character& character : Split(core::Printable(text, contract::kMaxStringBytes))) {
    if (bounded.size() + character.bytes.size() > contract::kMaxStringBytes) break;
    bounded += character.bytes;
  }
  return bounded;
}

std::string Minimise(std::string_view text) {
  std::vector<Character> characters = Split(Bounded(text));
  for (std::size_t start = 0; start < characters.size();) {
    if (!IsDigit(characters[start].code_point)) {
      ++start;
      continue;
    }
    std::size_t end = start, digits = 0, after_last_digit = start;
    for (; end < characters.size(); ++end) {
      if (IsDigit(characters[end].code_point)) {
        ++digits;
        after_last_digit = end + 1;
      } else if (!IsSeparator(characters[end].code_point)) {
        break;
      }
    }
    if (digits >= kIndividualNumberDigits) {
      for (std::size_t i = start; i < after_last_digit; ++i) {
        if (IsDigit(characters[i].code_point)) characters[i].bytes = "*";
      }
    }
    start = after_last_digit;
  }
  std::string minimised;
  for (const Character& character : characters) minimised += character.bytes;
  return minimised;
}

}  // namespace sekisho::engine
