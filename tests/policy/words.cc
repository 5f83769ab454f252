#include "tests/policy/words.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "agent/core/grant.h"

namespace sekisho::policy_test {
namespace {

std::optional<unsigned> ReadHex(std::string_view text, std::size_t digits) {
  unsigned value = 0;
  if (text.size() != digits) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<std::chrono::nanoseconds> ReadDuration(const std::string& word) {
  using std::chrono::nanoseconds;
  static const std::map<std::string_view, nanoseconds> units = {{"d", std::chrono::hours(24)},
                                                                {"h", std::chrono::hours(1)},
                                                                {"m", std::chrono::minutes(1)},
                                                                {"s", std::chrono::seconds(1)},
                                                                {"ns", nanoseconds(1)}};
  std::string_view rest = word;
  const bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+')) rest.remove_prefix(1);
  if (rest.empty()) return std::nullopt;
  nanoseconds sum{0};
  while (!rest.empty()) {
    std::int64_t count = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), count);
    if (error != std::errc()) return std::nullopt;
    rest.remove_prefix(end - rest.data());
    const std::size_t length = std::min(rest.find_first_of("0123456789"), rest.size());
    const auto unit = units.find(rest.substr(0, length));
    if (unit == units.end()) return std::nullopt;
    sum += count * unit->second;
    rest.remove_prefix(length);
  }
  return negative ? -sum : sum;
}

std::optional<std::uint16_t> ReadHex16(const std::string& word) {
  const std::optional<unsigned> value = ReadHex(word, 4);
  if (!value) return std::nullopt;
  return static_cast<std::uint16_t>(*value);
}

std::optional<core::UsbInterface> ReadCodes(const std::string& word) {
  if (word.size() != 8 || word[2] != '/' || word[5] != '/') return std::nullopt;
  const std::string_view text = word;
  const auto class_code = ReadHex(text.substr(0, 2), 2);
  const auto subclass_code = ReadHex(text.substr(3, 2), 2);
  const auto protocol_code = ReadHex(text.substr(6, 2), 2);
  if (!class_code || !subclass_code || !protocol_code) return std::nullopt;
  return core::UsbInterface{.number = 0,
                            .class_code = static_cast<std::uint8_t>(*class_code),
                            .subclass_code = static_cast<std::uint8_t>(*subclass_code),
                            .protocol_code = static_cast<std::uint8_t>(*protocol_code)};
}

std::optional<core::InterfaceType> ReadInterfaceType(const std::string& word) {
  std::string filled = word;
  const bool any_protocol = word.ends_with("/*");
  const bool any_subclass = word.ends_with("/*/*");
  if (any_subclass) {
    filled = word.substr(0, 2) + "/00/00";
  } else if (any_protocol) {
    filled = word.substr(0, word.size() - 1) + "00";
  }
  const auto codes = ReadCodes(filled);
  if (!codes) return std::nullopt;
  core::InterfaceType type;
  type.class_code = codes->class_code;
  if (!any_subclass) type.subclass_code = codes->subclass_code;
  if (!any_protocol) type.protocol_code = codes->protocol_code;
  return type;
}

std::vector<std::string> ReadList(const std::string& word) {
  std::vector<std::string> items;
  std::string_view rest = word;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(','), rest.size());
    items.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return items;
}

std::optional<unsigned> ReadWeekday(const std::string& word) {
  constexpr std::string_view kDays[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
  for (unsigned day = 0; day < 7; ++day) {
    if (word == kDays[day]) return day;
  }
  return std::nullopt;
}

std::optional<std::uint16_t> ReadMinute(const std::string& word) {
  unsigned hour = 0;
  unsigned minute = 0;
  if (word.size() != 5 || word[2] != ':') return std::nullopt;
  const char* text = word.data();
  if (std::from_chars(text, text + 2, hour).ptr != text + 2) return std::nullopt;
  if (std::from_chars(text + 3, text + 5, minute).ptr != text + 5) return std::nullopt;
  if (minute > 59 || hour * 60 + minute > 24 * 60) return std::nullopt;
  return static_cast<std::uint16_t>(hour * 60 + minute);
}

std::optional<core::Action> ReadAction(const std::string& word) {
  for (const core::Action action :
       {core::Action::kBlock, core::Action::kReadOnly, core::Action::kAllow}) {
    if (word == core::Name(action)) return action;
  }
  return std::nullopt;
}

}  // namespace sekisho::policy_test
