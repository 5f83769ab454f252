#include "console/policy/match_words.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <string_view>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "agent/core/device.h"
#include "proto/contract/convert.h"

namespace sekisho::console::policy {
namespace {

std::string Hex4(std::uint32_t id) { return absl::StrFormat("%04x", id); }

std::string Words(const v1::InterfaceType& type) {
  const std::string subclass =
      type.has_subclass_code() ? absl::StrFormat("%02x", type.subclass_code()) : "*";
  const std::string protocol =
      type.has_protocol_code() ? absl::StrFormat("%02x", type.protocol_code()) : "*";
  return absl::StrFormat("%02x:%s:%s", type.class_code(), subclass, protocol);
}

const char* KeyOf(v1::InterfaceQuantifier quantifier) {
  switch (static_cast<int>(quantifier)) {
    case v1::INTERFACE_QUANTIFIER_ALL_OF:
      return "all_of";
    case v1::INTERFACE_QUANTIFIER_ONE_OF:
      return "one_of";
    case v1::INTERFACE_QUANTIFIER_NONE_OF:
      return "none_of";
    case v1::INTERFACE_QUANTIFIER_EQUALS:
      return "equals";
    case v1::INTERFACE_QUANTIFIER_EQUALS_ORDERED:
      return "equals_ordered";
    case v1::INTERFACE_QUANTIFIER_MATCH_ALL:
      return "match_all";
    default:
      return "?";
  }
}

std::string Clock(std::uint32_t minute) {
  return absl::StrFormat("%02d:%02d", minute / 60, minute % 60);
}

std::string Words(const v1::WeeklyHours& hours) {
  static constexpr const char* kDays[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
  std::vector<std::string> days;
  for (unsigned day = 0; day < 7; ++day) {
    if ((hours.weekdays() >> day & 1) != 0) days.push_back(kDays[day]);
  }
  const std::string span =
      absl::StrCat(Clock(hours.from_minute()), "-", Clock(hours.until_minute()));
  return days.empty() || days.size() == 7 ? span
                                          : absl::StrCat(absl::StrJoin(days, ","), " ", span);
}

// A list in the words of each of its items.
template <typename Items, typename Say>
std::vector<std::string> Each(const Items& items, Say say) {
  std::vector<std::string> words;
  for (const auto& item : items) words.push_back(say(item));
  return words;
}

// Keys that take one value and no list.
constexpr std::string_view kSingle[] = {"vendor",      "product",  "serial",     "port",
                                        "fingerprint", "identity", "registered", "encrypted"};

std::string AsItIs(const std::string& text) { return text; }

bool Holds(const std::vector<std::string>& all, const std::vector<std::string>& part) {
  return std::ranges::all_of(
      part, [&](const std::string& each) { return std::ranges::find(all, each) != all.end(); });
}

Reach CompareAlternatives(const ConditionWords& before, const ConditionWords& after) {
  if (before == after) return Reach::kSame;
  const bool keeps = Holds(after.alternatives, before.alternatives);
  const bool adds = !Holds(before.alternatives, after.alternatives);
  // Of interfaces only these two widen with their list; the others turn, or may.
  const bool narrows_with_its_list =
      before.key == "interfaces all_of" || before.key == "interfaces none_of";
  const bool fixed = before.key.starts_with("interfaces equals");
  if (fixed || keeps != adds) return Reach::kOther;
  return adds != narrows_with_its_list ? Reach::kWider : Reach::kNarrower;
}

Reach Both(Reach a, Reach b) {
  if (a == Reach::kSame) return b;
  return b == Reach::kSame || a == b ? a : Reach::kOther;
}

}  // namespace

std::string Words(v1::Action action) {
  const absl::StatusOr<core::Action> known = contract::ToCore(action);
  return known.ok() ? core::Name(*known) : "?";
}

std::string Words(v1::DeviceClass device_class) {
  // Same order as core's, without UNSPECIFIED.
  return core::Name(static_cast<core::DeviceClass>(device_class - 1));
}

std::vector<ConditionWords> WordsOf(const v1::DeviceMatch& match) {
  std::vector<ConditionWords> conditions;
  const auto add = [&](std::string key, std::vector<std::string> alternatives) {
    if (!alternatives.empty()) conditions.push_back({std::move(key), std::move(alternatives)});
  };
  const auto one = [&](const char* key, const std::string& value) {
    if (!value.empty()) add(key, {value});
  };
  add("classes",
      Each(match.classes(), [](int each) { return Words(static_cast<v1::DeviceClass>(each)); }));
  if (match.vendor_id() != 0) one("vendor", Hex4(match.vendor_id()));
  if (match.product_id() != 0) one("product", Hex4(match.product_id()));
  one("serial", match.serial());
  one("port", match.port_path());
  one("fingerprint", absl::BytesToHexString(match.fingerprint()));
  add("bus", Each(match.buses(), [](int each) {
        return std::string(core::Name(static_cast<core::Bus>(each - 1)));
      }));
  add("ids", Each(match.ids(), [](const v1::UsbId& id) {
        return absl::StrCat(Hex4(id.vendor_id()), ":",
                            id.product_id() == 0 ? "*" : Hex4(id.product_id()));
      }));
  add("serials", Each(match.serials(), AsItIs));
  add("products", Each(match.products(), AsItIs));
  add("ports", Each(match.ports(), AsItIs));
  if (match.has_interfaces()) {
    add(absl::StrCat("interfaces ", KeyOf(match.interfaces().quantifier())),
        Each(match.interfaces().types(),
             [](const v1::InterfaceType& type) { return Words(type); }));
  }
  one("identity", absl::BytesToHexString(match.identity()));
  if (match.registered() != v1::REGISTERED_UNSPECIFIED) {
    one("registered", match.registered() == v1::REGISTERED_YES ? "true" : "false");
  }
  if (match.encryption() != v1::ENCRYPTION_MATCH_UNSPECIFIED) one("encrypted", "true");
  // One condition in two lists.
  std::vector<std::string> people = Each(match.users(), AsItIs);
  for (const std::string& group : match.user_groups()) people.push_back("group " + group);
  add("users", std::move(people));
  add("hours", Each(match.hours(), [](const v1::WeeklyHours& each) { return Words(each); }));
  return conditions;
}

std::string Quoted(const std::string& text) {
  std::string quoted = "\"";
  for (const char each : text) {
    switch (each) {
      case '"':
      case '\\':
        absl::StrAppend(&quoted, "\\", std::string(1, each));
        break;
      case '\n':
        quoted += "\\n";
        break;
      case '\r':
        quoted += "\\r";
        break;
      case '\t':
        quoted += "\\t";
        break;
      default:
        quoted += each;
    }
  }
  return quoted + "\"";
}

std::string Yaml(const v1::DeviceMatch& match) {
  std::vector<std::string> keys;
  for (const ConditionWords& each : WordsOf(match)) {
    if (each.key == "users") continue;  // of two keys
    const bool bare = each.key == "classes" || each.key == "bus" || each.key == "registered" ||
                      each.key == "encrypted";
    const auto item = [&](std::string* out, const std::string& text) {
      out->append(bare ? text : Quoted(text));
    };
    const bool one = std::ranges::find(kSingle, each.key) != std::end(kSingle);
    const std::string list = absl::StrJoin(each.alternatives, ", ", item);
    const std::string value = one ? list : absl::StrCat("[", list, "]");
    const std::size_t space = each.key.find(' ');
    keys.push_back(space == std::string::npos
                       ? absl::StrCat(each.key, ": ", value)
                       : absl::StrCat(each.key.substr(0, space), ": {", each.key.substr(space + 1),
                                      ": ", value, "}"));
  }
  const auto names = [&](const char* key, const auto& list) {
    if (list.empty()) return;
    keys.push_back(absl::StrCat(
        key, ": [",
        absl::StrJoin(list, ", ",
                      [](std::string* out, const std::string& text) { out->append(Quoted(text)); }),
        "]"));
  };
  names("users", match.users());
  names("user_groups", match.user_groups());
  return absl::StrCat("{", absl::StrJoin(keys, ", "), "}");
}

std::string YamlOfOnlyInterfaces(const v1::DeviceRule& rule) {
  if (rule.only_interfaces().empty()) return "";
  return absl::StrCat("[",
                      absl::StrJoin(rule.only_interfaces(), ", ",
                                    [](std::string* out, int each) {
                                      out->append(Words(static_cast<v1::DeviceClass>(each)));
                                    }),
                      "]");
}

std::string Yaml(const v1::DeviceRule& rule) {
  std::string text = absl::StrCat("{id: ", Quoted(rule.id()));
  if (!rule.description().empty()) {
    absl::StrAppend(&text, ", description: ", Quoted(rule.description()));
  }
  absl::StrAppend(&text, ", match: ", Yaml(rule.match()), ", action: ", Words(rule.action()));
  if (rule.effect() == v1::RULE_EFFECT_AUDIT) text += ", effect: audit";
  if (rule.notify()) text += ", notify: true";
  if (!rule.only_interfaces().empty()) {
    absl::StrAppend(&text, ", only_interfaces: ", YamlOfOnlyInterfaces(rule));
  }
  return text + "}";
}

Reach Compare(const v1::DeviceMatch& before, const v1::DeviceMatch& after) {
  std::map<std::string, ConditionWords> old_conditions;
  for (ConditionWords& each : WordsOf(before)) old_conditions[each.key] = std::move(each);
  Reach reach = Reach::kSame;
  for (const ConditionWords& each : WordsOf(after)) {
    const auto found = old_conditions.find(each.key);
    reach = Both(reach, found == old_conditions.end() ? Reach::kNarrower
                                                      : CompareAlternatives(found->second, each));
    if (found != old_conditions.end()) old_conditions.erase(found);
  }
  return old_conditions.empty() ? reach : Both(reach, Reach::kWider);
}

}  // namespace sekisho::console::policy
