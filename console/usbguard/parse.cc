#include "console/usbguard/parse.h"

#include <array>
#include <string>
#include <utility>
#include <variant>

#include "console/usbguard/scanner.h"

namespace sekisho::console::usbguard {
namespace {

std::optional<std::uint32_t> TwoDigits(std::string_view text, std::uint32_t below) {
  if (text.empty() || text.size() > 2) return std::nullopt;
  std::uint32_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<std::uint32_t>(c - '0');
  }
  return value < below ? std::optional(value) : std::nullopt;
}

std::optional<std::uint32_t> ParseDayTime(std::string_view text) {
  static constexpr std::array<std::uint32_t, 3> kBelow = {24, 60, 60};
  static constexpr std::array<std::uint32_t, 3> kUnit = {3600, 60, 1};
  std::uint32_t seconds = 0;
  for (std::size_t i = 0; i < kBelow.size(); ++i) {
    const std::size_t colon = text.find(':');
    const std::optional<std::uint32_t> part = TwoDigits(text.substr(0, colon), kBelow[i]);
    if (!part) return std::nullopt;
    seconds += *part * kUnit[i];
    if (colon == std::string_view::npos) return i == 0 ? std::nullopt : std::optional(seconds);
    text.remove_prefix(colon + 1);
  }
  return std::nullopt;
}

// "HH:MM:SS", "HH:MM" or "SS".
bool IsDuration(std::string_view text) {
  if (ParseDayTime(text)) return true;
  return !text.empty() && text.size() <= 9 &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

// 0 to 1, as "0.1666" is written.
bool IsProbability(std::string_view text) {
  if (text.starts_with("1")) return text.find_first_not_of("0.", 1) == std::string_view::npos;
  return text.starts_with("0") && (text.size() == 1 || text[1] == '.') &&
         text.find_first_not_of("0123456789.") == std::string_view::npos;
}

class LineParser {
 public:
  explicit LineParser(std::string_view text) : scanner_(text) {}

  // The rule, nothing, or what is wrong at column().
  std::variant<std::optional<Rule>, Fault> Parse();
  std::size_t column() const { return scanner_.at(); }
  std::string_view comment() const { return comment_; }

 private:
  // Each sets what it reads in rule_, or returns the fault.
  std::optional<Fault> Attribute();
  std::optional<Fault> AttributeNamed(std::string_view name);
  template <typename Value>
  std::optional<Fault> Read(std::optional<Values<Value>>& attribute);
  template <typename Value>
  std::optional<Fault> ReadSet(Values<Value>& values);
  template <typename Value>
  std::optional<Fault> ReadValue(Values<Value>& values);
  std::variant<Condition, Fault> ReadCondition();

  Scanner scanner_;
  Rule rule_;
  std::string_view comment_;
};

std::variant<std::string, Fault> ValueOf(Scanner& scanner, const std::string*) {
  return scanner.Text();
}
std::variant<DeviceId, Fault> ValueOf(Scanner& scanner, const DeviceId*) { return scanner.Id(); }
std::variant<InterfaceType, Fault> ValueOf(Scanner& scanner, const InterfaceType*) {
  return scanner.Interface();
}

template <typename Value>
std::optional<Fault> LineParser::ReadValue(Values<Value>& values) {
  if (values.values.size() >= kMaxValues) return Fault::kTooMany;
  std::variant<Value, Fault> value;
  if constexpr (std::is_same_v<Value, Condition>) {
    value = ReadCondition();
  } else {
    value = ValueOf(scanner_, static_cast<const Value*>(nullptr));
  }
  if (const Fault* fault = std::get_if<Fault>(&value)) return *fault;
  values.values.push_back(std::get<Value>(std::move(value)));
  return std::nullopt;
}

template <typename Value>
std::optional<Fault> LineParser::ReadSet(Values<Value>& values) {
  for (;;) {
    scanner_.SkipBlanks();
    if (scanner_.Take('}'))
      return values.values.empty() ? std::optional(Fault::kValue) : std::nullopt;
    if (scanner_.ended()) return Fault::kUnclosed;
    const std::size_t begin = scanner_.at();
    if (!values.values.empty() && !scanner_.blank_before(begin)) return Fault::kBlank;
    if (std::optional<Fault> fault = ReadValue(values)) return fault;
  }
}

template <typename Value>
std::optional<Fault> LineParser::Read(std::optional<Values<Value>>& attribute) {
  if (attribute) return Fault::kRepeated;
  if (!scanner_.SkipBlanks()) return Fault::kBlank;
  attribute.emplace();
  if (const std::optional<SetOperator> set_operator = scanner_.TakeOperator()) {
    attribute->set_operator = *set_operator;
    if (!scanner_.SkipBlanks()) return Fault::kBlank;
    if (!scanner_.Take('{')) return Fault::kValue;
    return ReadSet(*attribute);
  }
  if (scanner_.Take('{')) return ReadSet(*attribute);
  return ReadValue(*attribute);
}

std::variant<Condition, Fault> LineParser::ReadCondition() {
  Condition condition;
  if (scanner_.Take('!')) condition.sense = Sense::kNegated;
  const std::size_t begin = scanner_.at();
  condition.name = std::string(scanner_.Word());
  if (scanner_.next() == '(') {
    std::variant<std::string, Fault> argument = scanner_.Argument();
    if (const Fault* fault = std::get_if<Fault>(&argument)) return *fault;
    condition.argument = std::get<std::string>(std::move(argument));
  }
  const std::size_t end = scanner_.at();
  scanner_.GoTo(begin);  // where a fault is shown
  const std::string_view argument = condition.argument ? std::string_view(*condition.argument) : "";
  bool fits = false;
  if (condition.name == "true" || condition.name == "false") {
    fits = argument.empty();
  } else if (condition.name == "random") {
    fits = !condition.argument || IsProbability(argument);
  } else if (condition.name == "rule-applied" || condition.name == "rule-evaluated") {
    fits = !condition.argument || IsDuration(argument);
  } else if (condition.name == "localtime") {
    fits = ParseDayTimes(argument).has_value();
  } else if (condition.name == "allowed-matches") {
    // A rule with or without its target.
    const std::string query(argument);
    const auto holds_rule = [](const std::string& text) {
      const auto parsed = LineParser(text).Parse();
      const auto* rule = std::get_if<std::optional<Rule>>(&parsed);
      return rule != nullptr && rule->has_value();
    };
    fits = !argument.empty() && argument.find("allowed-matches") == std::string_view::npos &&
           (holds_rule(query) || holds_rule("match " + query));
  } else {
    return Fault::kCondition;
  }
  if (!fits) return Fault::kArgument;
  scanner_.GoTo(end);
  return condition;
}

std::optional<Fault> LineParser::AttributeNamed(std::string_view name) {
  if (name == "id") return Read(rule_.id);
  if (name == "name") return Read(rule_.name);
  if (name == "hash") return Read(rule_.hash);
  if (name == "parent-hash") return Read(rule_.parent_hash);
  if (name == "serial") return Read(rule_.serial);
  if (name == "via-port") return Read(rule_.via_port);
  if (name == "with-interface") return Read(rule_.with_interface);
  if (name == "with-connect-type") return Read(rule_.with_connect_type);
  if (name == "label") return Read(rule_.label);
  if (name == "if") return Read(rule_.conditions);
  return Fault::kAttribute;
}

std::optional<Fault> LineParser::Attribute() {
  const std::size_t begin = scanner_.at();
  const std::string_view name = scanner_.Word();
  const std::size_t end = scanner_.at();
  std::optional<Fault> fault = AttributeNamed(name);
  // At its name, where the name itself is what is wrong.
  if (fault && scanner_.at() == end && *fault != Fault::kBlank) scanner_.GoTo(begin);
  return fault;
}

std::variant<std::optional<Rule>, Fault> LineParser::Parse() {
  scanner_.SkipBlanks();
  if (scanner_.TakeComment(comment_) || scanner_.ended()) return std::optional<Rule>();
  const std::size_t begin = scanner_.at();
  const std::string_view word = scanner_.Word();
  bool known = false;
  for (const Target target :
       {Target::kAllow, Target::kBlock, Target::kReject, Target::kMatch, Target::kDevice}) {
    if (word != Name(target)) continue;
    rule_.target = target;
    known = true;
  }
  if (!known) {
    scanner_.GoTo(begin);
    return Fault::kTarget;
  }
  for (bool first = true;; first = false) {
    const bool blank = scanner_.SkipBlanks();
    if (scanner_.TakeComment(comment_) || scanner_.ended()) return std::optional(std::move(rule_));
    if (!blank) return Fault::kBlank;
    // The id may stand first without its name.
    std::optional<Fault> fault;
    if (first && scanner_.LooksLikeId()) {
      rule_.id.emplace();
      fault = ReadValue(*rule_.id);
    } else {
      fault = Attribute();
    }
    if (fault) return *fault;
  }
}

}  // namespace

std::optional<DayTimes> ParseDayTimes(std::string_view text) {
  const std::size_t dash = text.find('-');
  const std::optional<std::uint32_t> begin = ParseDayTime(text.substr(0, dash));
  const std::optional<std::uint32_t> end =
      dash == std::string_view::npos ? begin : ParseDayTime(text.substr(dash + 1));
  if (!begin || !end || *begin > *end) return std::nullopt;
  return DayTimes{*begin, *end};
}

ParsedRules Parse(std::string_view text) {
  ParsedRules parsed;
  for (std::uint32_t number = 1; !text.empty(); ++number) {
    if (number > kMaxLines) {
      parsed.errors.push_back({number, 1, Fault::kTooMany});
      return parsed;
    }
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.size() > kMaxLine) {
      parsed.errors.push_back({number, 1, Fault::kTooLong});
      continue;
    }
    LineParser parser(line);
    std::variant<std::optional<Rule>, Fault> result = parser.Parse();
    if (const Fault* fault = std::get_if<Fault>(&result)) {
      parsed.errors.push_back({number, static_cast<std::uint32_t>(parser.column() + 1), *fault});
      continue;
    }
    parsed.lines.push_back({number, std::string(line),
                            std::get<std::optional<Rule>>(std::move(result)),
                            std::string(parser.comment())});
  }
  return parsed;
}

}  // namespace sekisho::console::usbguard
