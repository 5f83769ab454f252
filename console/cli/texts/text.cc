#include "console/cli/texts/text.h"

#include <wchar.h>

#include <clocale>
#include <cstdint>
#include <cstdlib>
#include <optional>

namespace sekisho::console::cli {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

struct CodePoint {
  char32_t value;
  std::size_t bytes;
};

// The next code point of RFC 3629 UTF-8; nothing on overlong, surrogate, truncated or stray bytes.
std::optional<CodePoint> Decode(std::string_view text) {
  const auto byte = [&text](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t first = byte(0);
  if (first < 0x80) return CodePoint{first, 1};
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 0;
  if (length == 0 || first > 0xF4 || text.size() < length) return std::nullopt;
  char32_t value = first & (0xFF >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return std::nullopt;
    value = value << 6 | (byte(i) & 0x3F);
  }
  constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (value < kSmallest[length] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) {
    return std::nullopt;
  }
  return CodePoint{value, length};
}

bool IsObeyed(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x061C || c == 0x200E || c == 0x200F ||
         c == 0x2028 || c == 0x2029 || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF;
}

// glibc's table of widths, whatever locale the program runs in (C.UTF-8 is built into glibc 2.35
// and later).
int WidthOf(char32_t c) {
  static const locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  if (utf8 == nullptr) return 1;
  const locale_t before = uselocale(utf8);
  const int width = wcwidth(static_cast<wchar_t>(c));
  uselocale(before);
  return width < 0 ? 1 : width;
}

struct Filled {
  std::string text;
  bool complete = true;  // every placeholder had a value
};

Filled FillPart(std::string_view pattern, const Lookup& lookup) {
  Filled out;
  while (!pattern.empty()) {
    const std::size_t open = pattern.find('{');
    out.text += pattern.substr(0, open);
    if (open == std::string_view::npos) break;
    const std::size_t close = pattern.find('}', open);
    if (close == std::string_view::npos) break;
    const std::string value = lookup(pattern.substr(open + 1, close - open - 1));
    if (value.empty()) out.complete = false;
    out.text += Printable(value);
    pattern.remove_prefix(close + 1);
  }
  return out;
}

}  // namespace

Language LanguageFromEnvironment() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') {
      return std::string_view(value).substr(0, 2) == "ja" ? Language::kJapanese
                                                          : Language::kEnglish;
    }
  }
  return Language::kEnglish;
}

std::string Printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::optional<CodePoint> next = Decode(text);
    if (!next || IsObeyed(next->value)) {
      out += kReplacement;
    } else {
      out += text.substr(0, next->bytes);
    }
    text.remove_prefix(next ? next->bytes : 1);
  }
  return out;
}

int DisplayWidth(std::string_view text) {
  int width = 0;
  while (!text.empty()) {
    const std::optional<CodePoint> next = Decode(text);
    width += next ? WidthOf(next->value) : 1;
    text.remove_prefix(next ? next->bytes : 1);
  }
  return width;
}

std::string Fill(std::string_view pattern, const Lookup& lookup) {
  std::string out;
  while (!pattern.empty()) {
    const std::size_t open = pattern.find("[[");
    const std::size_t close = pattern.find("]]", open);
    if (open == std::string_view::npos || close == std::string_view::npos) {
      return out + FillPart(pattern, lookup).text;
    }
    out += FillPart(pattern.substr(0, open), lookup).text;
    const Filled optional = FillPart(pattern.substr(open + 2, close - open - 2), lookup);
    if (optional.complete) out += optional.text;
    pattern.remove_prefix(close + 2);
  }
  return out;
}

std::string Fill(std::string_view pattern, Values values) {
  return Fill(pattern, [&values](std::string_view name) {
    for (const auto& [key, value] : values) {
      if (key == name) return std::string(value);
    }
    return std::string();
  });
}

}  // namespace sekisho::console::cli
