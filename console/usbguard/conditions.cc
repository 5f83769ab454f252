#include "console/usbguard/conditions.h"

#include <algorithm>
#include <functional>
#include <string_view>

#include "console/usbguard/parse.h"
#include "console/usbguard/utf8.h"

namespace sekisho::console::usbguard {
namespace {

// USB 2.0, 9.6.7: a string descriptor holds 126 UTF-16 units.
constexpr std::size_t kMaxUnits = 126;
// The contract's bounds of a list.
constexpr std::size_t kMaxValuesHere = 256;
constexpr std::size_t kMaxTypesHere = 64;

Asked Lost(Note note, std::string key = "", std::string wider = "") {
  return {
      .carried = Carried::kLost, .key = std::move(key), .note = note, .wider = std::move(wider)};
}
Asked Always() { return {}; }
Asked Never() { return {.carried = Carried::kNever}; }
Asked Lines(std::string key, std::string value, std::optional<Note> remark = std::nullopt) {
  return {.carried = Carried::kLines,
          .key = std::move(key),
          .value = std::move(value),
          .remark = remark};
}

// What a device can say of itself.
bool IsDeviceText(std::string_view text) {
  std::size_t units = 0;
  while (!text.empty()) {
    const std::optional<CodePoint> point = FirstOf(text);
    if (!point || IsControl(point->value)) return false;
    units += point->value >= 0x10000 ? 2 : 1;
    text.remove_prefix(point->bytes);
  }
  return units <= kMaxUnits;
}

std::string List(const std::vector<std::string>& items) {
  std::string text = "[";
  for (const std::string& item : items) text += (text.size() > 1 ? ", " : "") + Quoted(item);
  return text + "]";
}

// A device has one id, one name, one serial and one port: what the operators then come to.
// `covers`: whether a device that fits the second fits the first.
template <typename Value, typename Covers>
std::optional<std::vector<Value>> Alternatives(const Values<Value>& asked, Covers covers) {
  const std::vector<Value>& values = asked.values;
  switch (asked.set_operator) {
    case SetOperator::kOneOf:
    case SetOperator::kMatchAll:
      return values;
    case SetOperator::kEquals:
    case SetOperator::kEqualsOrdered:
      return values.size() == 1 ? values : std::vector<Value>();
    case SetOperator::kAllOf:
      for (const Value& narrowest : values) {
        if (std::ranges::all_of(values,
                                [&](const Value& each) { return covers(each, narrowest); })) {
          return std::vector<Value>{narrowest};
        }
      }
      return std::vector<Value>();
    case SetOperator::kNoneOf:
      break;
  }
  return std::nullopt;
}

// Minutes of a day, half open.
struct Span {
  std::uint32_t from = 0;
  std::uint32_t until = 0;
};
constexpr std::uint32_t kDay = 24 * 60;

// What is in both.
std::vector<Span> Both(const std::vector<Span>& a, const std::vector<Span>& b) {
  std::vector<Span> both;
  for (const Span& x : a) {
    for (const Span& y : b) {
      const Span common{std::max(x.from, y.from), std::min(x.until, y.until)};
      if (common.from < common.until) both.push_back(common);
    }
  }
  return both;
}

// In a plain condition the seconds from begin to end, both with them; in a negated one the others.
std::vector<Span> SpansOf(const Condition& condition, Rounding rounding) {
  const std::optional<DayTimes> times = ParseDayTimes(condition.argument.value_or(""));
  if (!times) return {};
  const bool inward = rounding == Rounding::kInward;
  std::vector<Span> spans;
  const auto add = [&](std::uint32_t from_second, std::uint32_t until_second) {
    const Span span{(from_second + (inward ? 59 : 0)) / 60,
                    (until_second + (inward ? 0 : 59)) / 60};
    if (span.from < span.until) spans.push_back(span);
  };
  if (condition.sense == Sense::kPlain) {
    // "-17:15" means until then to whoever wrote it; the second of 17:15:00 itself is no minute.
    add(times->begin, inward ? times->end : times->end + 1);
  } else {
    add(0, times->begin);
    add(times->end + 1, kDay * 60);
  }
  return spans;
}

std::string Clock(std::uint32_t minutes) {
  std::string text;
  for (const std::uint32_t part : {minutes / 60, minutes % 60}) {
    if (!text.empty()) text += ':';
    text += static_cast<char>('0' + part / 10);
    text += static_cast<char>('0' + part % 10);
  }
  return text;
}

Asked Hours(const std::vector<Span>& spans) {
  if (spans.empty()) return Lost(Note::kOneMoment);
  if (spans.size() > 32) return Lost(Note::kTooManyValues);
  std::vector<std::string> items;
  for (const Span& span : spans) {
    items.push_back("mon-sun " + Clock(span.from) + "-" + Clock(span.until));
  }
  return Lines("hours", List(items), Note::kClock);
}

enum class Truth { kTrue, kFalse, kTime, kState };

Truth TruthOf(const Condition& condition) {
  if (condition.name == "localtime") return Truth::kTime;
  if (condition.name != "true" && condition.name != "false") return Truth::kState;
  const bool plain = condition.sense == Sense::kPlain;
  return (condition.name == "true") == plain ? Truth::kTrue : Truth::kFalse;
}

Asked AskAll(const std::vector<Condition>& conditions, Rounding rounding) {
  bool state = false;
  bool times = false;
  std::vector<Span> spans = {{0, kDay}};
  for (const Condition& condition : conditions) {
    switch (TruthOf(condition)) {
      case Truth::kTrue:
        break;
      case Truth::kFalse:
        return Never();
      case Truth::kTime:
        times = true;
        spans = Both(spans, SpansOf(condition, rounding));
        break;
      case Truth::kState:
        state = true;
        break;
    }
  }
  Asked asked = times ? Hours(spans) : Always();
  if (!state) return asked;
  return Lost(Note::kState);
}

Asked AskOne(const std::vector<Condition>& conditions, Rounding rounding) {
  std::vector<Span> spans;
  std::vector<Condition> rest;
  for (const Condition& condition : conditions) {
    if (TruthOf(condition) == Truth::kTrue) return Always();
    if (TruthOf(condition) != Truth::kFalse) rest.push_back(condition);
  }
  if (rest.empty()) return Never();
  if (rest.size() == 1) return AskAll(rest, rounding);
  for (const Condition& condition : rest) {
    if (TruthOf(condition) != Truth::kTime) return Lost(Note::kEither);
    for (const Span& span : SpansOf(condition, rounding)) spans.push_back(span);
  }
  return Hours(spans);
}

}  // namespace

std::string Quoted(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

Asked Ask(const Values<DeviceId>& ids) {
  const auto covers = [](const DeviceId& wide, const DeviceId& narrow) {
    return (!wide.vendor || wide.vendor == narrow.vendor) &&
           (!wide.product || wide.product == narrow.product);
  };
  const std::optional<std::vector<DeviceId>> alternatives = Alternatives(ids, covers);
  if (!alternatives) return Lost(Note::kNoneOf);
  if (alternatives->empty()) return Never();
  if (alternatives->size() > kMaxValuesHere) return Lost(Note::kTooManyValues);
  std::vector<std::string> items;
  for (const DeviceId& id : *alternatives) {
    if (!id.vendor) return Always();
    items.push_back(Write(id));
  }
  for (const DeviceId& id : *alternatives) {
    if (*id.vendor == 0 || id.product == 0) return Lost(Note::kZeroId);
  }
  return Lines("ids", List(items));
}

Asked Ask(const Values<InterfaceType>& types) {
  const char* quantifier = "";
  std::optional<Note> remark;
  std::vector<std::string> items;
  const auto add = [&](const InterfaceType& type) {
    const std::string item = Write(type);
    if (std::ranges::find(items, item) == items.end()) items.push_back(item);
  };
  for (const InterfaceType& type : types.values) add(type);
  switch (types.set_operator) {
    case SetOperator::kEquals:
      quantifier = "equals";
      remark = Note::kCounts;
      break;
    case SetOperator::kEqualsOrdered:
      quantifier = "equals_ordered";
      remark = Note::kCounts;
      break;
    case SetOperator::kAllOf:
      quantifier = "all_of";
      break;
    case SetOperator::kOneOf:
      quantifier = "one_of";
      break;
    case SetOperator::kNoneOf:
      quantifier = "none_of";
      break;
    case SetOperator::kMatchAll:
      quantifier = "match_all";
      break;
  }
  if (types.set_operator == SetOperator::kEqualsOrdered && items.size() != types.values.size()) {
    // How often one repeats depends on alternate settings, which are counted differently here.
    return Lost(Note::kCounts, "interfaces", "{equals: " + List(items) + "}");
  }
  if (items.size() > kMaxTypesHere) return Lost(Note::kTooManyValues);
  return Lines("interfaces", std::string("{") + quantifier + ": " + List(items) + "}", remark);
}

Asked AskTexts(const Values<std::string>& texts, const std::string& one, const std::string& many) {
  const std::optional<std::vector<std::string>> alternatives =
      Alternatives(texts, std::equal_to<std::string>());
  if (!alternatives) return Lost(Note::kNoneOf);
  if (alternatives->empty()) return Never();
  if (alternatives->size() > kMaxValuesHere) return Lost(Note::kTooManyValues);
  for (const std::string& text : *alternatives) {
    if (text.empty()) return Lost(Note::kEmptyText);
    if (!IsDeviceText(text)) return Lost(Note::kNotAText);
  }
  if (alternatives->size() == 1 && !one.empty()) return Lines(one, Quoted(alternatives->front()));
  for (const std::string& text : *alternatives) {
    // As a pattern it fits itself, and more.
    if (text.find_first_of("*?") != std::string::npos) {
      return Lost(Note::kPattern, many, List(*alternatives));
    }
  }
  return Lines(many, List(*alternatives));
}

Asked Ask(const Values<Condition>& conditions, Rounding rounding) {
  switch (conditions.set_operator) {
    case SetOperator::kOneOf:
      return AskOne(conditions.values, rounding);
    case SetOperator::kNoneOf: {
      std::vector<Condition> negated = conditions.values;
      for (Condition& each : negated) {
        each.sense = each.sense == Sense::kPlain ? Sense::kNegated : Sense::kPlain;
      }
      return AskAll(negated, rounding);
    }
    case SetOperator::kEquals:
    case SetOperator::kAllOf:
    case SetOperator::kEqualsOrdered:
    case SetOperator::kMatchAll:
      break;
  }
  return AskAll(conditions.values, rounding);
}

}  // namespace sekisho::console::usbguard
