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
    case U'_':
    case U'＿':
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

std::vector<Character> Masked(std::vector<Character> characters) {
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
  return characters;
}

std::string Joined(const std::vector<Character>& characters, std::size_t begin) {
  std::string text;
  for (std::size_t i = begin; i < characters.size(); ++i) text += characters[i].bytes;
  return text;
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

std::string Minimise(std::string_view text) { return Joined(Masked(Split(Bounded(text))), 0); }

std::string MinimisePath(std::string_view path) {
  // PATH_MAX, in characters; the wire's bound is a part of it.
  constexpr std::size_t kMaxPath = 4096;
  constexpr std::string_view kCut = "…";
  const std::vector<Character> characters = Masked(Split(core::Printable(path, kMaxPath)));
  std::size_t size = 0, begin = characters.size();
  while (begin > 0 && size + characters[begin - 1].bytes.size() <= contract::kMaxStringBytes) {
    size += characters[--begin].bytes.size();
  }
  if (begin == 0) return Joined(characters, 0);
  while (size + kCut.size() > contract::kMaxStringBytes) size -= characters[begin++].bytes.size();
  return std::string(kCut) + Joined(characters, begin);
}

}  // namespace sekisho::engine
