#include "agent/core/rule_index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "agent/core/classify.h"
#include "agent/core/glob.h"

namespace sekisho::core {
namespace {

// The keys of match.h, spelled out.
std::vector<std::string> KeysOf(const DeviceMatch& match) {
  std::vector<std::string> keys;
  const auto vendor = [](std::uint16_t id) { return "vendor " + std::to_string(id); };
  const auto model = [](std::uint16_t id, std::uint16_t product) {
    return "model " + std::to_string(id) + " " + std::to_string(product);
  };
  if (match.vendor_id) {
    keys.push_back(vendor(*match.vendor_id));
    if (match.product_id) keys.push_back(model(*match.vendor_id, *match.product_id));
  }
  for (const UsbId& id : match.ids) {
    keys.push_back(vendor(id.vendor_id));
    if (id.product_id) keys.push_back(model(id.vendor_id, *id.product_id));
  }
  if (!match.serial.empty()) keys.push_back("serial " + match.serial);
  for (const std::string& glob : match.serials) {
    if (!HasWildcard(glob)) keys.push_back("serial " + glob);
  }
  if (!match.port_path.empty()) keys.push_back("port " + match.port_path);
  for (const std::string& glob : match.ports) {
    if (!HasWildcard(glob)) keys.push_back("port " + glob);
  }
  if (match.fingerprint) {
    keys.push_back("fingerprint " +
                   std::string(match.fingerprint->begin(), match.fingerprint->end()));
  }
  if (match.identity) {
    keys.push_back("identity " + std::string(match.identity->begin(), match.identity->end()));
  }
  for (const DeviceClass each : match.classes) keys.push_back(std::string("class ") + Name(each));
  std::ranges::sort(keys);
  keys.erase(std::ranges::unique(keys).begin(), keys.end());
  if (keys.empty()) keys.push_back("none");
  return keys;
}

std::vector<std::string> KeysOf(const Device& device) {
  DeviceMatch match;
  match.vendor_id = device.vendor_id;
  match.product_id = device.product_id;
  match.serial = device.serial;
  match.port_path = device.port_path;
  match.fingerprint = device.fingerprint;
  match.identity = device.identity;
  match.classes = device.classes;
  std::vector<std::string> keys = KeysOf(match);
  keys.push_back("none");
  return keys;
}

// What match.h says, rule by rule.
RuleSearch SearchedByReading(const Policy& policy, const Device& device,
                             const Surroundings& surroundings) {
  RuleSearch search;
  std::vector<const DeviceRule*> before;
  for (const DeviceRule& rule : policy.rules) {
    const bool matches = Match(rule, device, surroundings).failed == 0;
    EXPECT_EQ(Matches(rule, device, surroundings), matches);
    if (rule.effect == RuleEffect::kAudits) {
      if (matches && search.audited == nullptr) search.audited = &rule;
      continue;
    }
    if (matches) {
      search.first_match = &rule;
      break;
    }
    before.push_back(&rule);
  }
  const Action outcome = search.first_match ? search.first_match->action : Action::kBlock;
  const std::vector<std::string> own = KeysOf(device);
  std::map<std::pair<std::string, Action>, std::size_t> seen;
  unsigned fewest = 0;
  for (const DeviceRule* rule : before) {
    bool near = false;
    for (const std::string& key : KeysOf(rule->match)) {
      if (std::ranges::find(own, key) == own.end()) continue;
      if (++seen[{key, rule->action}] <= kNearRules) near = true;
    }
    if (!near || rule->action == outcome) continue;
    const MatchResult result = Match(*rule, device, surroundings);
    if (result.held + result.near == 0) continue;
    if (search.runner_up != nullptr && result.failed >= fewest) continue;
    search.runner_up = rule;
    search.runner_up_condition = result.first_failed;
    fewest = result.failed;
  }
  return search;
}

// Small worlds, so that things meet.
class Worlds {
 public:
  explicit Worlds(unsigned seed) : random_(seed) {}

  Device DrawDevice() {
    Device device;
    device.vendor_id = DrawId();
    device.product_id = DrawId();
    device.serial = Draw({"", "AA01", "AA02", "AB01", "0123456789", "ZZ-AA"});
    device.product = Draw({"", "Stick", "Big Stick", "Elgato Key", "東芝"});
    device.port_path = Draw({"1-1", "1-2", "1-2.4", "2-1"});
    device.fingerprint.fill(static_cast<std::uint8_t>(Below(3)));
    if (Chance(2)) device.identity.emplace().fill(static_cast<std::uint8_t>(Below(3)));
    device.bus = Draw({Bus::kUsb, Bus::kMmc, Bus::kPci});
    if (device.bus == Bus::kUsb) {
      for (unsigned i = 0, count = 1 + Below(3); i < count; ++i) {
        UsbInterface each = DrawInterface();
        each.number = static_cast<std::uint8_t>(i);
        device.interfaces.push_back(each);
      }
      const DeviceCodes codes{static_cast<std::uint8_t>(Chance(8) ? 0xff : 0), 0, 0};
      device.classes = Classify(codes, device.interfaces);
    } else if (!Chance(8)) {
      device.classes = {DrawClass()};
    }
    return device;
  }

  Surroundings DrawSurroundings() {
    Surroundings surroundings;
    if (!Chance(4)) {
      surroundings.person = Person{Draw({"hanako", "taro"}), {}};
      for (const std::string group : {"staff", "audio", "tax"}) {
        if (Chance(2)) surroundings.person->groups.push_back(group);
      }
    }
    if (!Chance(8)) surroundings.local_time = LocalTime{Below(7), Below(1440)};
    surroundings.medium.state = Draw({MediumState::kNotRegistered, MediumState::kRegistered});
    surroundings.medium.encrypted = Chance(2);
    return surroundings;
  }

  Policy DrawPolicy() {
    Policy policy;
    for (unsigned i = 0, count = Below(60); i < count; ++i) {
      policy.rules.push_back(DrawRule());
      policy.rules.back().id = "r" + std::to_string(i);
    }
    return policy;
  }

 private:
  unsigned Below(unsigned bound) { return random_() % bound; }
  bool Chance(unsigned one_in) { return Below(one_in) == 0; }
  template <typename T>
  T Draw(std::initializer_list<T> values) {
    return *(values.begin() + Below(static_cast<unsigned>(values.size())));
  }
  std::string Draw(std::initializer_list<const char*> values) { return Draw<const char*>(values); }
  std::uint16_t DrawId() { return static_cast<std::uint16_t>(1 + Below(3)); }
  DeviceClass DrawClass() {
    return Draw({DeviceClass::kStorage, DeviceClass::kAudio, DeviceClass::kKeyboard,
                 DeviceClass::kPointer, DeviceClass::kUnknown, DeviceClass::kSerial});
  }
  UsbInterface DrawInterface() {
    return Draw<UsbInterface>({{0, 8, 6, 0x50},
                               {0, 1, 1, 0},
                               {0, 3, 1, 1},
                               {0, 3, 1, 2},
                               {0, 3, 0, 0},
                               {0, 2, 2, 1},
                               {0, 10, 0, 0},
                               {0, 0xff, 0, 0}});
  }
  std::vector<std::string> DrawGlobs(std::initializer_list<const char*> values) {
    std::vector<std::string> globs;
    for (unsigned i = 0, count = 1 + Below(2); i < count; ++i) globs.push_back(Draw(values));
    return globs;
  }
  InterfaceMatch DrawInterfaces() {
    InterfaceMatch match;
    match.quantifier = Draw({InterfaceQuantifier::kAllOf, InterfaceQuantifier::kOneOf,
                             InterfaceQuantifier::kNoneOf, InterfaceQuantifier::kEquals,
                             InterfaceQuantifier::kEqualsOrdered, InterfaceQuantifier::kMatchAll});
    for (unsigned i = 0, count = 1 + Below(2); i < count; ++i) {
      const UsbInterface drawn = DrawInterface();
      InterfaceType type{.class_code = drawn.class_code, .subclass_code = {}, .protocol_code = {}};
      if (Chance(2)) type.subclass_code = drawn.subclass_code;
      if (type.subclass_code && Chance(2)) type.protocol_code = drawn.protocol_code;
      match.types.push_back(type);
    }
    return match;
  }

  DeviceRule DrawRule() {
    DeviceRule rule;
    rule.action = Draw({Action::kBlock, Action::kReadOnly, Action::kAllow});
    if (Chance(8)) rule.effect = RuleEffect::kAudits;
    DeviceMatch& match = rule.match;
    // Half of the rules ask one thing only.
    const unsigned most = Chance(2) ? 1 : 3;
    for (unsigned i = 0; i < most; ++i) Condition(match, rule);
    return rule;
  }

  void Condition(DeviceMatch& match, DeviceRule& rule) {
    switch (Below(16)) {
      case 0:
        match.vendor_id = DrawId();
        if (Chance(2)) match.product_id = DrawId();
        break;
      case 1:
        match.serial = Draw({"AA01", "AA02", "AB01"});
        break;
      case 2:
        match.port_path = Draw({"1-1", "1-2.4"});
        break;
      case 3:
        match.fingerprint.emplace().fill(static_cast<std::uint8_t>(Below(3)));
        break;
      case 4:
        match.identity.emplace().fill(static_cast<std::uint8_t>(Below(3)));
        break;
      case 5:
        for (unsigned i = 0, count = 1 + Below(3); i < count; ++i)
          match.classes.insert(DrawClass());
        break;
      case 6:
        match.buses.insert(Draw({Bus::kUsb, Bus::kMmc, Bus::kPci}));
        break;
      case 7:
        for (unsigned i = 0, count = 1 + Below(2); i < count; ++i) {
          UsbId& id = match.ids.emplace_back();
          id.vendor_id = DrawId();
          if (Chance(2)) id.product_id = DrawId();
        }
        break;
      case 8:
        match.serials = DrawGlobs({"AA*", "A?01", "*-AA", "AA01", "*", "*345*"});
        break;
      case 9:
        match.products = DrawGlobs({"*Elgato*", "Stick", "*Stick", "??"});
        break;
      case 10:
        match.ports = DrawGlobs({"1-2.*", "1-*", "2-1", "*"});
        break;
      case 11:
        match.interfaces = DrawInterfaces();
        break;
      case 12:
        match.registered = Draw({Registered::kYes, Registered::kNo});
        if (Chance(2)) match.encryption = EncryptionMatch::kEncrypted;
        break;
      case 13:
        if (Chance(2)) match.users = {Draw({"hanako", "taro"})};
        if (match.users.empty() || Chance(3)) match.user_groups = {Draw({"staff", "tax"})};
        break;
      case 14: {
        const auto from = static_cast<std::uint16_t>(Below(1440));
        const auto until = static_cast<std::uint16_t>((from + 1 + Below(1438)) % 1440);
        match.hours.push_back({static_cast<std::uint8_t>(Below(128)), from, until});
        break;
      }
      case 15:
        rule.only_interfaces.insert(DrawClass());
        if (Chance(2)) rule.only_interfaces.insert(DrawClass());
        break;
    }
  }

  std::mt19937 random_;
};

std::string Say(const RuleSearch& search) {
  const auto id = [](const DeviceRule* rule) { return rule ? rule->id : std::string("none"); };
  return id(search.first_match) + ", audited " + id(search.audited) + ", nearly " +
         id(search.runner_up) + " but " + search.runner_up_condition;
}

TEST(RuleIndex, FindsWhatReadingTheRulesFinds) {
  int matched = 0;
  int audited = 0;
  int nearly = 0;
  for (unsigned seed = 0; seed < 3000; ++seed) {
    Worlds worlds(seed);
    const Policy linear = worlds.DrawPolicy();
    const Policy indexed = WithIndex(linear);
    for (int i = 0; i < 8; ++i) {
      const Device device = worlds.DrawDevice();
      const Surroundings surroundings = worlds.DrawSurroundings();
      const RuleSearch expected = SearchedByReading(linear, device, surroundings);
      ASSERT_EQ(Say(FindRule(linear, device, surroundings)), Say(expected)) << "seed " << seed;
      ASSERT_EQ(Say(FindRule(indexed, device, surroundings)), Say(expected)) << "seed " << seed;
      matched += expected.first_match != nullptr;
      audited += expected.audited != nullptr;
      nearly += expected.runner_up != nullptr;
    }
  }
  // The worlds are small enough for the property to mean something.
  EXPECT_GT(matched, 5000);
  EXPECT_GT(audited, 1000);
  EXPECT_GT(nearly, 5000);
}

// What stays open of a device may be of a class that the device itself is not.
TEST(RuleIndex, FindsARuleForTheHidInterfaceBesideAPointer) {
  Policy policy;
  DeviceRule& rule = policy.rules.emplace_back();
  rule.id = "other-hid";
  rule.match.classes = {DeviceClass::kUnknown};
  rule.only_interfaces = {DeviceClass::kUnknown};
  rule.action = Action::kAllow;
  Device device;
  device.interfaces = {{0, 3, 1, 2}, {1, 3, 0, 0}};
  device.classes = Classify({}, device.interfaces);
  EXPECT_EQ(Say(FindRule(policy, device, {})), Say(FindRule(WithIndex(policy), device, {})));
  EXPECT_NE(FindRule(policy, device, {}).first_match, nullptr);
}

TEST(RuleIndex, OfAnotherNumberOfRulesIsNotBelieved) {
  Policy policy = WithIndex({});
  DeviceRule rule;
  rule.action = Action::kAllow;
  policy.rules.push_back(rule);
  EXPECT_EQ(FindRule(policy, Device{}, {}).first_match, &policy.rules.front());
}

}  // namespace
}  // namespace sekisho::core
