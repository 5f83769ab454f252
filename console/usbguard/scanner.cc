#include "console/usbguard/scanner.h"

namespace sekisho::console::usbguard {
namespace {

bool IsBlank(char c) { return c == ' ' || c == '\t'; }

bool IsWord(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
}

std::optional<unsigned> HexDigit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
  return std::nullopt;
}

}  // namespace

bool Scanner::blank_before(std::size_t at) const {
  return at > 0 && (IsBlank(line_[at - 1]) || line_[at - 1] == '{');
}

bool Scanner::SkipBlanks() {
  const std::size_t begin = at_;
  while (!ended() && IsBlank(line_[at_])) ++at_;
  return at_ != begin;
}

bool Scanner::Take(char c) {
  if (next() != c || ended()) return false;
  ++at_;
  return true;
}

std::string_view Scanner::Word() {
  const std::size_t begin = at_;
  while (!ended() && IsWord(line_[at_])) ++at_;
  return line_.substr(begin, at_ - begin);
}

std::optional<SetOperator> Scanner::TakeOperator() {
  const std::size_t begin = at_;
  const std::string_view word = Word();
  for (const SetOperator each :
       {SetOperator::kEquals, SetOperator::kAllOf, SetOperator::kOneOf, SetOperator::kNoneOf,
        SetOperator::kEqualsOrdered, SetOperator::kMatchAll}) {
    if (word == Name(each)) return each;
  }
  at_ = begin;
  return std::nullopt;
}

bool Scanner::TakeComment(std::string_view& comment) {
  if (!Take('#')) return false;
  comment = line_.substr(at_);
  while (!comment.empty() && IsBlank(comment.front())) comment.remove_prefix(1);
  while (!comment.empty() && IsBlank(comment.back())) comment.remove_suffix(1);
  at_ = line_.size();
  return true;
}

std::optional<unsigned> Scanner::Hex(int digits) {
  unsigned value = 0;
  for (int i = 0; i < digits; ++i) {
    const std::size_t at = at_ + static_cast<std::size_t>(i);
    const std::optional<unsigned> digit = at < line_.size() ? HexDigit(line_[at]) : std::nullopt;
    if (!digit) return std::nullopt;
    value = value * 16 + *digit;
  }
  at_ += static_cast<std::size_t>(digits);
  return value;
}

bool Scanner::LooksLikeId() const {
  Scanner ahead = *this;
  return (ahead.Take('*') || ahead.Hex(4)) && ahead.Take(':');
}

std::variant<DeviceId, Fault> Scanner::Id() {
  const std::size_t begin = at_;
  DeviceId id;
  const auto fault = [&] {
    at_ = begin;
    return Fault::kDeviceId;
  };
  if (!Take('*')) {
    const std::optional<unsigned> vendor = Hex(4);
    if (!vendor) return fault();
    id.vendor = static_cast<std::uint16_t>(*vendor);
  }
  if (!Take(':')) return fault();
  if (!Take('*')) {
    const std::optional<unsigned> product = Hex(4);
    // A product of any vendor is nothing that can be told apart.
    if (!product || !id.vendor) return fault();
    id.product = static_cast<std::uint16_t>(*product);
  }
  return id;
}

std::variant<InterfaceType, Fault> Scanner::Interface() {
  const std::size_t begin = at_;
  const auto fault = [&] {
    at_ = begin;
    return Fault::kInterfaceType;
  };
  InterfaceType type;
  const std::optional<unsigned> class_code = Hex(2);
  if (!class_code || !Take(':')) return fault();
  type.class_code = static_cast<std::uint8_t>(*class_code);
  for (std::optional<std::uint8_t>* code : {&type.subclass_code, &type.protocol_code}) {
    if (!Take('*')) {
      const std::optional<unsigned> value = Hex(2);
      if (!value) return fault();
      *code = static_cast<std::uint8_t>(*value);
    }
    if (code == &type.subclass_code && !Take(':')) return fault();
  }
  if (type.protocol_code && !type.subclass_code) return fault();
  return type;
}

std::optional<char> Scanner::Escaped(char close) {
  if (Take('x')) {
    const std::optional<unsigned> value = Hex(2);
    return value ? std::optional(static_cast<char>(*value)) : std::nullopt;
  }
  unsigned decimal = 0;
  int digits = 0;
  while (digits < 3 && next() >= '0' && next() <= '9') {
    decimal = decimal * 10 + static_cast<unsigned>(next() - '0');
    ++at_;
    ++digits;
  }
  if (digits > 0) return decimal < 256 ? std::optional(static_cast<char>(decimal)) : std::nullopt;
  static constexpr std::string_view kLetters = "abfnrtv\\'";
  static constexpr std::string_view kMeant = "\a\b\f\n\r\t\v\\'";
  const std::size_t letter = ended() ? std::string_view::npos : kLetters.find(next());
  if (letter == std::string_view::npos) return Take(close) ? std::optional(close) : std::nullopt;
  ++at_;
  return kMeant[letter];
}

std::variant<std::string, Fault> Scanner::Bounded(char open, char close) {
  const std::size_t begin = at_;
  if (!Take(open)) return Fault::kText;
  std::string text;
  while (!ended()) {
    if (Take(close)) return text;
    const std::size_t escape = at_;
    if (Take('\\')) {
      const std::optional<char> c = Escaped(close);
      if (!c) {
        at_ = escape;
        return Fault::kEscape;
      }
      text += *c;
    } else {
      text += line_[at_++];
    }
  }
  at_ = begin;
  return Fault::kUnclosed;
}

std::variant<std::string, Fault> Scanner::Text() { return Bounded('"', '"'); }
std::variant<std::string, Fault> Scanner::Argument() { return Bounded('(', ')'); }

}  // namespace sekisho::console::usbguard
