#include <algorithm>
#include <functional>
#include <map>

#include "tests/policy/words.h"
#include "tests/policy/world.h"

// What rules ask, and what of it is not the device's.
namespace sekisho::policy_test {
namespace {

std::optional<core::UsbId> ReadId(const std::string& text) {
  const auto vendor = ReadHex16(text.substr(0, 4));
  if (!vendor || text.size() < 6 || text[4] != ':') return std::nullopt;
  core::UsbId id{.vendor_id = *vendor, .product_id = {}};
  const std::string product = text.substr(5);
  if (product == "*") return id;
  id.product_id = ReadHex16(product);
  return id.product_id ? std::optional(id) : std::nullopt;
}

std::optional<core::InterfaceQuantifier> ReadQuantifier(const std::string& word) {
  using enum core::InterfaceQuantifier;
  static const std::map<std::string, core::InterfaceQuantifier> words = {
      {"all_of", kAllOf},
      {"one_of", kOneOf},
      {"none_of", kNoneOf},
      {"equals", kEquals},
      {"equals_ordered", kEqualsOrdered},
      {"match_all", kMatchAll}};
  const auto found = words.find(word);
  return found == words.end() ? std::nullopt : std::optional(found->second);
}

// "mon", "mon,fri", "mon-fri".
std::optional<std::uint8_t> ReadDays(const std::string& word) {
  unsigned days = 0;
  for (const std::string& part : ReadList(word)) {
    const auto first = ReadWeekday(part.substr(0, 3));
    const auto last = part.size() == 7 && part[3] == '-' ? ReadWeekday(part.substr(4)) : first;
    if (!first || !last || (part.size() != 3 && part.size() != 7)) return std::nullopt;
    for (unsigned day = *first; day <= *last; ++day) days |= 1u << day;
  }
  return static_cast<std::uint8_t>(days);
}

}  // namespace

World::Complaint World::Rule(Words& words) {
  if (!policy_) return "a rule without a policy";
  core::DeviceRule rule;
  rule.id = words.Next();
  const auto action = ReadAction(words.Next());
  if (!action) return "write: rule ID block|read_only|allow CONDITIONS";
  rule.action = *action;
  while (!words.Done()) {
    if (Complaint complaint = Condition(words, rule)) return complaint;
  }
  policy_->rules.push_back(std::move(rule));
  return std::nullopt;
}

World::Complaint World::Condition(Words& words, core::DeviceRule& rule) {
  core::DeviceMatch& match = rule.match;
  const std::string condition = words.Next();
  const auto read_classes = [&](std::set<core::DeviceClass>& classes) -> Complaint {
    while (const auto device_class = core::ParseDeviceClass(words.Peek())) {
      classes.insert(*device_class);
      words.Next();
    }
    if (classes.empty()) return "not understood: class " + words.Peek();
    return std::nullopt;
  };
  const std::map<std::string, std::vector<std::string>*> lists = {
      {"serials", &match.serials},
      {"products", &match.products},
      {"ports", &match.ports},
      {"users", &match.users},
      {"user-groups", &match.user_groups}};
  if (const auto list = lists.find(condition); list != lists.end()) {
    *list->second = ReadList(words.Next());
  } else if (condition == "classes") {
    return read_classes(match.classes);
  } else if (condition == "only-interfaces") {
    return read_classes(rule.only_interfaces);
  } else if (condition == "audit") {
    rule.effect = core::RuleEffect::kAudits;
  } else if (condition == "vendor") {
    if (!(match.vendor_id = ReadHex16(words.Next()))) return "vendor: four hex digits";
  } else if (condition == "product") {
    if (!(match.product_id = ReadHex16(words.Next()))) return "product: four hex digits";
  } else if (condition == "ids") {
    for (const std::string& text : ReadList(words.Next())) {
      const auto id = ReadId(text);
      if (!id) return "ids: 0781:5581,0951:*";
      match.ids.push_back(*id);
    }
  } else if (condition == "serial-number") {
    match.serial = words.Next();
  } else if (condition == "port") {
    match.port_path = words.Next();
  } else if (condition == "fingerprint-of" || condition == "identity-of") {
    const auto spec = specs_.find(words.Next());
    if (spec == specs_.end()) return condition + " a device that is not described";
    if (condition == "identity-of") {
      match.identity = MakeIdentity(spec->second);
    } else {
      match.fingerprint = MakeRaw(spec->second, "").fingerprint;
    }
  } else if (condition == "buses") {
    while (const auto bus = core::ParseBus(words.Peek())) {
      match.buses.insert(*bus);
      words.Next();
    }
  } else if (condition == "interfaces") {
    const auto quantifier = ReadQuantifier(words.Next());
    if (!quantifier) return "interfaces: all_of, one_of, …";
    match.interfaces.emplace().quantifier = *quantifier;
    while (const auto type = ReadInterfaceType(words.Peek())) {
      match.interfaces->types.push_back(*type);
      words.Next();
    }
  } else if (condition == "registered") {
    match.registered = core::Registered::kYes;
  } else if (condition == "unregistered") {
    match.registered = core::Registered::kNo;
  } else if (condition == "encrypted") {
    match.encryption = core::EncryptionMatch::kEncrypted;
  } else if (condition == "hours") {
    core::WeeklyHours& hours = match.hours.emplace_back();
    if (words.Peek().find(':') == std::string::npos) {
      const auto days = ReadDays(words.Next());
      if (!days) return "hours: mon-fri 08:30-17:15";
      hours.weekdays = *days;
    }
    const std::string span = words.Next();
    const auto from = ReadMinute(span.substr(0, 5));
    const auto until = span.size() == 11 ? ReadMinute(span.substr(6)) : std::nullopt;
    if (!from || !until) return "hours: mon-fri 08:30-17:15";
    hours.from_minute = *from;
    hours.until_minute = *until;
  } else {
    return "not understood: " + condition;
  }
  return std::nullopt;
}

World::Complaint World::InterfacesWords(Words& words) {
  const std::string state = words.Next();
  if (state != "held" && state != "unavailable") return "write: interfaces held|unavailable";
  interfaces_ =
      state == "held" ? core::InterfaceSupport::kHeld : core::InterfaceSupport::kUnavailable;
  return std::nullopt;
}

World::Complaint World::Person(Words& words) {
  if (words.Take("none")) {
    person_.reset();
    return std::nullopt;
  }
  person_ = core::Person{.name = words.Next(), .groups = {}};
  if (words.Take("in")) person_->groups = ReadList(words.Next());
  return std::nullopt;
}

World::Complaint World::Calendar(Words& words) {
  const auto weekday = ReadWeekday(words.Next());
  const auto minute = ReadMinute(words.Next());
  if (!weekday || !minute) return "write: calendar mon 08:30";
  calendar_ = std::chrono::days(*weekday) + std::chrono::minutes(*minute);
  return std::nullopt;
}

World::Complaint World::Register(Words& words) {
  const auto spec = specs_.find(words.Next());
  if (spec == specs_.end() || !words.Take("as")) return "write: register DEVICE as MEDIUM …";
  core::RegisterStanding standing;
  standing.state = core::MediumState::kRegistered;
  standing.medium_id = words.Next();
  while (!words.Done()) {
    const std::string word = words.Next();
    if (word == "encrypted") {
      standing.encrypted = true;
    } else if (word == "lost") {
      standing.state = core::MediumState::kLost;
    } else if (word == "retired") {
      standing.state = core::MediumState::kRetired;
    } else {
      return "not understood: " + word;
    }
  }
  register_[spec->first] = std::move(standing);
  return std::nullopt;
}

}  // namespace sekisho::policy_test
