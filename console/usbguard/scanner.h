#ifndef SEKISHO_CONSOLE_USBGUARD_SCANNER_H_
#define SEKISHO_CONSOLE_USBGUARD_SCANNER_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "console/usbguard/parse.h"
#include "console/usbguard/rule.h"

namespace sekisho::console::usbguard {

// Takes one line of rules.conf apart, from left to right. What is read stays read; after a fault
// at() is where it shows.
class Scanner {
 public:
  explicit Scanner(std::string_view line) : line_(line) {}

  std::size_t at() const { return at_; }
  void GoTo(std::size_t at) { at_ = at; }
  bool ended() const { return at_ == line_.size(); }
  // The next character; NUL at the end.
  char next() const { return ended() ? '\0' : line_[at_]; }
  // What stands before `at` is a blank, or "{".
  bool blank_before(std::size_t at) const;

  // True when there were any.
  bool SkipBlanks();
  bool Take(char c);
  // Letters, digits and "-"; may be empty.
  std::string_view Word();
  std::optional<SetOperator> TakeOperator();
  // "#" and the rest of the line into `comment`.
  bool TakeComment(std::string_view& comment);
  bool LooksLikeId() const;
  std::variant<DeviceId, Fault> Id();
  std::variant<InterfaceType, Fault> Interface();
  // In double quotes.
  std::variant<std::string, Fault> Text();
  // In parentheses.
  std::variant<std::string, Fault> Argument();

 private:
  // Exactly `digits` of them; nothing is read when there are fewer.
  std::optional<unsigned> Hex(int digits);
  std::variant<std::string, Fault> Bounded(char open, char close);
  std::optional<char> Escaped(char close);

  std::string_view line_;
  std::size_t at_ = 0;
};

}  // namespace sekisho::console::usbguard

#endif  // SEKISHO_CONSOLE_USBGUARD_SCANNER_H_
