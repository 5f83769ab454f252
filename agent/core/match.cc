#include "agent/core/match.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "agent/core/classify.h"
#include "agent/core/glob.h"
#include "agent/core/hours.h"
#include "agent/core/rule_index.h"
#include "agent/core/rule_keys.h"

namespace sekisho::core {
namespace {

enum class Fared { kFailed, kPartly, kHeld };

Fared FaredOf(bool holds) { return holds ? Fared::kHeld : Fared::kFailed; }

Fared FaredClasses(const std::set<DeviceClass>& listed, const std::set<DeviceClass>& classes) {
  const auto count =
      std::ranges::count_if(classes, [&](DeviceClass each) { return listed.contains(each); });
  if (count == 0) return Fared::kFailed;
  return static_cast<std::size_t>(count) == classes.size() ? Fared::kHeld : Fared::kPartly;
}

Fared FaredIds(const std::vector<UsbId>& ids, const Device& device) {
  Fared best = Fared::kFailed;
  for (const UsbId& id : ids) {
    if (id.vendor_id != device.vendor_id) continue;
    if (!id.product_id || *id.product_id == device.product_id) return Fared::kHeld;
    best = Fared::kPartly;
  }
  return best;
}

Fared FaredGlobs(const std::vector<std::string>& globs, const std::string& text) {
  return FaredOf(
      std::ranges::any_of(globs, [&](const std::string& glob) { return GlobMatches(glob, text); }));
}

bool IsOf(const UsbInterface& interface, const InterfaceType& type) {
  return interface.class_code == type.class_code &&
         type.subclass_code.value_or(interface.subclass_code) == interface.subclass_code &&
         type.protocol_code.value_or(interface.protocol_code) == interface.protocol_code;
}

bool HoldsInterfaces(const InterfaceMatch& match, const std::vector<UsbInterface>& interfaces) {
  const auto is_listed = [&](const UsbInterface& interface) {
    return std::ranges::any_of(match.types,
                               [&](const InterfaceType& type) { return IsOf(interface, type); });
  };
  const auto is_there = [&](const InterfaceType& type) {
    return std::ranges::any_of(
        interfaces, [&](const UsbInterface& interface) { return IsOf(interface, type); });
  };
  if (match.quantifier == InterfaceQuantifier::kNoneOf) {
    return std::ranges::none_of(interfaces, is_listed);
  }
  if (interfaces.empty()) return false;
  switch (match.quantifier) {
    case InterfaceQuantifier::kAllOf:
      return std::ranges::all_of(match.types, is_there);
    case InterfaceQuantifier::kOneOf:
      return std::ranges::any_of(match.types, is_there);
    case InterfaceQuantifier::kNoneOf:
      return false;
    case InterfaceQuantifier::kEquals:
      return std::ranges::all_of(interfaces, is_listed) &&
             std::ranges::all_of(match.types, is_there);
    case InterfaceQuantifier::kEqualsOrdered:
      return std::ranges::equal(interfaces, match.types, IsOf);
    case InterfaceQuantifier::kMatchAll:
      return std::ranges::all_of(interfaces, is_listed);
  }
  return false;
}

Fared FaredRegistered(Registered asked, const RegisterStanding& medium) {
  return FaredOf((asked == Registered::kYes) == (medium.state == MediumState::kRegistered));
}

Fared FaredPerson(const DeviceMatch& match, const std::optional<Person>& person) {
  if (!person) return Fared::kFailed;
  const auto has = [](const std::vector<std::string>& list, const std::string& name) {
    return std::ranges::find(list, name) != list.end();
  };
  return FaredOf(has(match.users, person->name) ||
                 std::ranges::any_of(person->groups, [&](const std::string& group) {
                   return has(match.user_groups, group);
                 }));
}

Fared FaredHours(const std::vector<WeeklyHours>& hours, const std::optional<LocalTime>& now) {
  return FaredOf(now && std::ranges::any_of(
                            hours, [&](const WeeklyHours& each) { return Holds(each, *now); }));
}

// Tells `sink` how each condition that is given fared, until it wants no more.
template <typename Sink>
void Ask(const DeviceRule& rule, const Device& device, const Surroundings& around, Sink&& sink) {
  const DeviceMatch& match = rule.match;
  InterfaceSplit split;
  const bool splits = !rule.only_interfaces.empty();
  if (splits) split = SplitInterfaces(device, rule.only_interfaces);
  const auto go_on = [&](bool given, const char* condition, auto fared) {
    return !given || sink(condition, fared());
  };
  go_on(!match.classes.empty(), "classes",
        [&] { return FaredClasses(match.classes, splits ? split.open : device.classes); }) &&
      go_on(match.vendor_id.has_value(), "vendor_id",
            [&] { return FaredOf(*match.vendor_id == device.vendor_id); }) &&
      go_on(match.product_id.has_value(), "product_id",
            [&] { return FaredOf(*match.product_id == device.product_id); }) &&
      go_on(!match.ids.empty(), "ids", [&] { return FaredIds(match.ids, device); }) &&
      go_on(!match.serial.empty(), "serial",
            [&] { return FaredOf(match.serial == device.serial); }) &&
      go_on(!match.serials.empty(), "serials",
            [&] { return FaredGlobs(match.serials, device.serial); }) &&
      go_on(!match.products.empty(), "products",
            [&] { return FaredGlobs(match.products, device.product); }) &&
      go_on(!match.port_path.empty(), "port_path",
            [&] { return FaredOf(match.port_path == device.port_path); }) &&
      go_on(!match.ports.empty(), "ports",
            [&] { return FaredGlobs(match.ports, device.port_path); }) &&
      go_on(match.fingerprint.has_value(), "fingerprint",
            [&] { return FaredOf(*match.fingerprint == device.fingerprint); }) &&
      go_on(match.identity.has_value(), "identity",
            [&] { return FaredOf(match.identity == device.identity); }) &&
      go_on(!match.buses.empty(), "buses",
            [&] { return FaredOf(match.buses.contains(device.bus)); }) &&
      go_on(match.interfaces.has_value(), "interfaces",
            [&] { return FaredOf(HoldsInterfaces(*match.interfaces, device.interfaces)); }) &&
      go_on(splits, kOnlyInterfaces, [&] { return FaredOf(!split.open.empty()); }) &&
      go_on(match.registered != Registered::kNotAsked, "registered",
            [&] { return FaredRegistered(match.registered, around.medium); }) &&
      go_on(match.encryption != EncryptionMatch::kNotAsked, "encryption",
            [&] {
              return FaredOf(around.medium.state != MediumState::kNotRegistered &&
                             around.medium.encrypted);
            }) &&
      go_on(!match.users.empty() || !match.user_groups.empty(),
            match.users.empty() ? "user_groups" : "users",
            [&] { return FaredPerson(match, around.person); }) &&
      go_on(!match.hours.empty(), "hours",
            [&] { return FaredHours(match.hours, around.local_time); });
}

// One by one.
RuleSearch Search(const Policy& policy, const Device& device, const Surroundings& surroundings) {
  RuleSearch search;
  std::size_t end = policy.rules.size();
  for (std::size_t i = 0; i < end; ++i) {
    const DeviceRule& rule = policy.rules[i];
    if (!Matches(rule, device, surroundings)) continue;
    if (rule.effect == RuleEffect::kAudits) {
      if (search.audited == nullptr) search.audited = &rule;
      continue;
    }
    search.first_match = &rule;
    end = i;
  }
  const std::vector<RuleKey> keys = NearKeysOf(device);
  std::unordered_map<RuleKey, std::array<std::size_t, 3>> seen;
  RunnerUp runner_up(search.first_match ? search.first_match->action : Action::kBlock);
  for (std::size_t i = 0; i < end; ++i) {
    const DeviceRule& rule = policy.rules[i];
    if (rule.effect == RuleEffect::kAudits) continue;
    bool is_near = false;
    for (const RuleKey key : NearKeysOf(rule.match)) {
      if (std::ranges::find(keys, key) == keys.end()) continue;
      if (++seen[key][static_cast<std::size_t>(rule.action)] <= kNearRules) is_near = true;
    }
    if (is_near) runner_up.Consider(rule, i, device, surroundings);
  }
  search.runner_up = runner_up.rule();
  search.runner_up_condition = runner_up.condition();
  return search;
}

}  // namespace

MatchResult Match(const DeviceRule& rule, const Device& device, const Surroundings& surroundings) {
  MatchResult result;
  Ask(rule, device, surroundings, [&](const char* condition, Fared fared) {
    if (fared == Fared::kHeld) {
      ++result.held;
      return true;
    }
    if (fared == Fared::kPartly) ++result.near;
    if (result.failed == 0) result.first_failed = condition;
    ++result.failed;
    return true;
  });
  return result;
}

bool Matches(const DeviceRule& rule, const Device& device, const Surroundings& surroundings) {
  bool matches = true;
  Ask(rule, device, surroundings, [&](const char*, Fared fared) {
    matches = fared == Fared::kHeld;
    return matches;
  });
  return matches;
}

void RunnerUp::Consider(const DeviceRule& rule, std::size_t position, const Device& device,
                        const Surroundings& surroundings) {
  if (!MayBe(rule.action, position)) return;
  const MatchResult result = Match(rule, device, surroundings);
  if (result.held + result.near == 0) return;
  if (rule_ != nullptr &&
      (result.failed > fewest_ || (result.failed == fewest_ && position >= position_))) {
    return;
  }
  rule_ = &rule;
  position_ = position;
  fewest_ = result.failed;
  condition_ = result.first_failed;
}

RuleSearch FindRule(const Policy& policy, const Device& device, const Surroundings& surroundings) {
  if (policy.index != nullptr && policy.index->size() == policy.rules.size()) {
    return policy.index->Find(policy.rules, device, surroundings);
  }
  return Search(policy, device, surroundings);
}

bool NamesClass(const Policy& policy, DeviceClass device_class) {
  return std::ranges::any_of(policy.rules, [&](const DeviceRule& each) {
    return each.match.classes.contains(device_class) || each.only_interfaces.contains(device_class);
  });
}

}  // namespace sekisho::core
