#include <array>
#include <map>
#include <string>
#include <string_view>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "console/policy/yaml_reader.h"

// The conditions that are a small language of their own: interface types and weekly hours.
namespace sekisho::console::policy {
namespace {

constexpr std::uint32_t kMinutesADay = 24 * 60;
constexpr std::array<std::string_view, 7> kDays = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t end = 0; end != std::string_view::npos;) {
    end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end != std::string_view::npos) text.remove_prefix(end + 1);
  }
  return parts;
}

std::optional<std::uint32_t> ParseHex2(std::string_view text) {
  std::uint32_t value = 0;
  const bool two = text.size() == 2 &&
                   text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
  if (!two || !absl::SimpleHexAtoi(std::string(text), &value)) return std::nullopt;
  return value;
}

// "08:06:50", "03:01:*", "03:*:*".
std::optional<v1::InterfaceType> ParseType(const std::string& text) {
  const std::vector<std::string_view> parts = Split(text, ':');
  if (parts.size() != 3) return std::nullopt;
  v1::InterfaceType type;
  const std::optional<std::uint32_t> class_code = ParseHex2(parts[0]);
  if (!class_code) return std::nullopt;
  type.set_class_code(*class_code);
  if (parts[1] == "*") return parts[2] == "*" ? std::optional(type) : std::nullopt;
  const std::optional<std::uint32_t> subclass_code = ParseHex2(parts[1]);
  if (!subclass_code) return std::nullopt;
  type.set_subclass_code(*subclass_code);
  if (parts[2] == "*") return type;
  const std::optional<std::uint32_t> protocol_code = ParseHex2(parts[2]);
  if (!protocol_code) return std::nullopt;
  type.set_protocol_code(*protocol_code);
  return type;
}

std::optional<unsigned> ParseDay(std::string_view text) {
  for (unsigned day = 0; day < kDays.size(); ++day) {
    if (text == kDays[day]) return day;
  }
  return std::nullopt;
}

// "mon", "mon-fri", "sat-mon", "mon,wed,fri": as bits.
std::optional<std::uint32_t> ParseDays(std::string_view text) {
  std::uint32_t days = 0;
  for (const std::string_view part : Split(text, ',')) {
    const std::size_t dash = part.find('-');
    const std::optional<unsigned> first = ParseDay(part.substr(0, dash));
    const std::optional<unsigned> last =
        dash == std::string_view::npos ? first : ParseDay(part.substr(dash + 1));
    if (!first || !last) return std::nullopt;
    for (unsigned day = *first;; day = (day + 1) % 7) {
      days |= 1u << day;
      if (day == *last) break;
    }
  }
  return days;
}

// "08:30"; "24:00" is the end of a day.
std::optional<std::uint32_t> ParseMinute(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  for (const std::size_t at : {0, 1, 3, 4}) {
    if (text[at] < '0' || text[at] > '9') return std::nullopt;
  }
  const auto digits = [&](std::size_t at) {
    return static_cast<std::uint32_t>((text[at] - '0') * 10 + (text[at + 1] - '0'));
  };
  const std::uint32_t minute = digits(0) * 60 + digits(3);
  if (digits(3) > 59 || minute > kMinutesADay) return std::nullopt;
  return minute;
}

// "mon-fri 08:30-17:15", "22:00-06:00".
std::optional<v1::WeeklyHours> ParseHours(const std::string& text) {
  v1::WeeklyHours hours;
  std::string_view span = text;
  if (const std::size_t space = span.find(' '); space != std::string_view::npos) {
    const std::optional<std::uint32_t> days = ParseDays(span.substr(0, space));
    if (!days) return std::nullopt;
    hours.set_weekdays(*days);
    span.remove_prefix(space + 1);
  }
  const std::vector<std::string_view> ends = Split(span, '-');
  if (ends.size() != 2) return std::nullopt;
  const std::optional<std::uint32_t> from = ParseMinute(ends[0]);
  const std::optional<std::uint32_t> until = ParseMinute(ends[1]);
  if (!from || !until || *from == kMinutesADay || *from == *until) return std::nullopt;
  hours.set_from_minute(*from);
  hours.set_until_minute(*until);
  return hours;
}

}  // namespace

void ReadInterfaces(YamlReader& reader, const YAML::Node& node, v1::InterfaceMatch& interfaces) {
  static const std::map<std::string, v1::InterfaceQuantifier> kQuantifiers = {
      {"all_of", v1::INTERFACE_QUANTIFIER_ALL_OF},
      {"one_of", v1::INTERFACE_QUANTIFIER_ONE_OF},
      {"none_of", v1::INTERFACE_QUANTIFIER_NONE_OF},
      {"equals", v1::INTERFACE_QUANTIFIER_EQUALS},
      {"equals_ordered", v1::INTERFACE_QUANTIFIER_EQUALS_ORDERED},
      {"match_all", v1::INTERFACE_QUANTIFIER_MATCH_ALL}};
  constexpr char kExample[] = "interfaces: {one_of: [\"08:06:50\", \"03:*:*\"]}";
  int quantifiers = 0;
  YamlReader::Handlers handlers;
  for (const auto& [name, quantifier] : kQuantifiers) {
    handlers[name] = [&, name = name, quantifier = quantifier](const YAML::Node& value) {
      ++quantifiers;
      interfaces.set_quantifier(quantifier);
      for (const YAML::Node& item : reader.Items(value, name, kExample)) {
        const std::optional<std::string> text = reader.Text(item, "interface");
        if (!text.has_value()) continue;
        const std::optional<v1::InterfaceType> type = ParseType(*text);
        if (!type.has_value()) {
          reader.Problem(item.Mark(), absl::StrCat("interface \"", *text, "\" is not a type"),
                         "\"08:06:50\", \"03:01:*\" or \"03:*:*\"   (class, subclass, protocol)");
          continue;
        }
        *interfaces.add_types() = *type;
      }
    };
  }
  reader.Map(node, "interfaces", handlers);
  // None because of an unknown word is said already.
  if (node.IsMap() && (quantifiers > 1 || node.size() == 0)) {
    reader.Problem(node.Mark(), "interfaces must say one thing about its types", kExample);
  }
}

void ReadHours(YamlReader& reader, const YAML::Node& node, v1::DeviceMatch& match) {
  constexpr char kExample[] = "hours: [\"mon-fri 08:30-17:15\", \"sat 09:00-12:00\"]";
  for (const YAML::Node& item : reader.Items(node, "hours", kExample)) {
    const std::optional<std::string> text = reader.Text(item, "hours");
    if (!text.has_value()) continue;
    const std::optional<v1::WeeklyHours> hours = ParseHours(*text);
    if (!hours.has_value()) {
      reader.Problem(item.Mark(),
                     absl::StrCat("hours \"", *text, "\" are no days and no span of a day"),
                     "\"mon-fri 08:30-17:15\", \"sat,sun 09:00-12:00\" or \"22:00-06:00\"");
      continue;
    }
    *match.add_hours() = *hours;
  }
}

}  // namespace sekisho::console::policy
