#ifndef SEKISHO_CONSOLE_CLI_TEXTS_TEXT_H_
#define SEKISHO_CONSOLE_CLI_TEXTS_TEXT_H_

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace sekisho::console::cli {

enum class Language { kEnglish, kJapanese };

// The first that is set and not empty of LC_ALL, LC_MESSAGES, LANG decides (POSIX 1-2017, 8.2);
// "ja…" is Japanese, anything else English.
Language LanguageFromEnvironment();

// One thing said to a person, in every language there is.
struct Text {
  std::string_view en;
  std::string_view ja;
  constexpr std::string_view In(Language language) const {
    return language == Language::kJapanese ? ja : en;
  }
};

// Between the items of a list.
constexpr const char* CommaOf(Language language) {
  return language == Language::kJapanese ? "、" : ", ";
}

// The value of a placeholder; empty when there is none.
using Lookup = std::function<std::string(std::string_view name)>;
using Values = std::initializer_list<std::pair<std::string_view, std::string_view>>;

// Replaces {name} by the value's printable form. A part in [[double brackets]] that holds a
// placeholder without a value is left out whole, so that one sentence serves with and without it.
std::string Fill(std::string_view pattern, const Lookup& lookup);
std::string Fill(std::string_view pattern, Values values);

// `text` with what a terminal would obey instead of show (control characters, escape sequences,
// bidirectional overrides, invalid UTF-8) replaced by U+FFFD: device names come from hostile
// devices, and must not be able to rewrite the line that reports them.
std::string Printable(std::string_view text);

// Columns that `text` takes on a terminal (East Asian wide and full-width characters take two).
int DisplayWidth(std::string_view text);

}  // namespace sekisho::console::cli

#endif  // SEKISHO_CONSOLE_CLI_TEXTS_TEXT_H_
