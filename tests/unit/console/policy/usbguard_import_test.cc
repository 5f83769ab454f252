// Policies made of USBGuard's rules, asked of the parser and of the decision that terminals take.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "agent/core/decide.h"
#include "console/policy/yaml.h"
#include "console/usbguard/translate.h"
#include "proto/contract/convert.h"

namespace sekisho::console::policy {
namespace {

namespace ug = usbguard;

ug::Translation Translated(const std::string& rules, std::set<ug::Note> let_go = {}) {
  const ug::ParsedRules parsed = ug::Parse(rules);
  EXPECT_TRUE(parsed.errors.empty()) << rules;
  return ug::Translate(parsed.lines,
                       {.file_name = "rules.conf",
                        .zone = "zone",
                        .let_go = std::move(let_go),
                        .words = [](const ug::Finding& finding) { return finding.what; }});
}

core::Policy PolicyOf(const std::string& yaml) {
  const ParsedPolicy parsed = ParsePolicy(yaml);
  for (const v1::PolicyProblem& problem : parsed.problems) {
    ADD_FAILURE() << problem.ShortDebugString() << "\n" << yaml;
  }
  absl::StatusOr<core::Policy> policy = contract::ToCore(parsed.policy);
  EXPECT_TRUE(policy.ok()) << policy.status();
  return policy.ok() ? *policy : core::Policy();
}

core::Action Decided(const core::Policy& policy, const core::Device& device, unsigned minute) {
  core::Situation situation;
  situation.policy = &policy;
  situation.surroundings.local_time = core::LocalTime{.weekday = 2, .minute = minute};
  return core::Decide(device, situation).action;
}

TEST(UsbguardImport, WhatGeneratePolicyWroteIsPublishable) {
  const std::string rules =
      "allow id 1d6b:0002 serial \"0000:00:14.0\" name \"xHCI Host Controller\" hash \"jEP/6=\" "
      "parent-hash \"rV9b=\" via-port \"usb1\" with-interface 09:00:00 with-connect-type \"\"\n"
      "allow id 046d:c31c serial \"\" name \"USB Keyboard\" hash \"x=\" via-port \"1-2\" "
      "with-interface { 03:01:01 03:00:00 } with-connect-type \"hotplug\"\n"
      "allow id 0781:5581 serial \"4C53\" name \"Ultra\" hash \"y=\" with-interface 08:06:50 # "
      "税務課\n"
      "reject with-interface all-of { 08:*:* 03:00:* }\n"
      "allow with-interface one-of { 0b:00:00 } if localtime(08:30-17:15)\n"
      "block\n";
  EXPECT_EQ(PolicyOf(Translated(rules).yaml).rules.size(), 3u);
  const core::Policy all =
      PolicyOf(Translated(rules, {std::begin(ug::kLetGo), std::end(ug::kLetGo)}).yaml);
  EXPECT_EQ(all.rules.size(), 5u);
}

// What USBGuard does, as its manual says, with what is not known of a device (hashes, its past)
// taken as true everywhere or false everywhere.
class Reference {
 public:
  Reference(const std::vector<ug::Line>& lines, bool unknown) : lines_(lines), unknown_(unknown) {}
  bool Allows(const core::Device& device, unsigned minute) const {
    for (const ug::Line& line : lines_) {
      if (line.rule && Matches(*line.rule, device, minute)) {
        return line.rule->target == ug::Target::kAllow;
      }
    }
    return false;
  }

 private:
  template <typename Value, typename Fits, typename Things>
  static bool Holds(const ug::Values<Value>& asked, const Things& things, Fits fits) {
    const auto is_there = [&](const Value& value) {
      return std::ranges::any_of(things, [&](const auto& thing) { return fits(value, thing); });
    };
    const auto is_listed = [&](const auto& thing) {
      return std::ranges::any_of(asked.values,
                                 [&](const Value& each) { return fits(each, thing); });
    };
    switch (asked.set_operator) {
      case ug::SetOperator::kAllOf:
        return std::ranges::all_of(asked.values, is_there);
      case ug::SetOperator::kOneOf:
        return std::ranges::any_of(asked.values, is_there);
      case ug::SetOperator::kNoneOf:
        return std::ranges::none_of(asked.values, is_there);
      case ug::SetOperator::kEquals:
        // Kinds, not numbers: the difference that is told.
        return std::ranges::all_of(asked.values, is_there) &&
               std::ranges::all_of(things, is_listed);
      case ug::SetOperator::kEqualsOrdered:
        return std::ranges::equal(asked.values, things, fits);
      case ug::SetOperator::kMatchAll:
        return std::ranges::all_of(things, is_listed);
    }
    return false;
  }
  // Of a device that has one: equality is with a set of one.
  template <typename Value, typename Thing, typename Fits>
  static bool HoldsOne(const std::optional<ug::Values<Value>>& asked, const Thing& thing,
                       Fits fits) {
    if (!asked) return true;
    if (asked->set_operator == ug::SetOperator::kEquals && asked->values.size() != 1) return false;
    return Holds(*asked, std::vector<Thing>{thing}, fits);
  }
  bool True(const ug::Condition& condition, unsigned minute) const {
    bool holds = unknown_;
    if (condition.name == "true") holds = true;
    if (condition.name == "false") holds = false;
    if (condition.name == "localtime") {
      const ug::DayTimes times = *ug::ParseDayTimes(*condition.argument);
      // Within the minute: a second of it.
      holds = minute * 60 + 30 >= times.begin && minute * 60 + 30 <= times.end;
    }
    return holds == (condition.sense == ug::Sense::kPlain);
  }
  bool Matches(const ug::Rule& rule, const core::Device& device, unsigned minute) const {
    const auto same = [](const std::string& a, const std::string& b) { return a == b; };
    const auto is_id = [](const ug::DeviceId& id, const core::Device& it) {
      return (!id.vendor || *id.vendor == it.vendor_id) &&
             (!id.product || *id.product == it.product_id);
    };
    const auto is_type = [](const ug::InterfaceType& type, const core::UsbInterface& it) {
      return type.class_code == it.class_code &&
             (!type.subclass_code || *type.subclass_code == it.subclass_code) &&
             (!type.protocol_code || *type.protocol_code == it.protocol_code);
    };
    if ((rule.hash || rule.parent_hash || rule.with_connect_type) && !unknown_) return false;
    if (!HoldsOne(rule.id, device, is_id) || !HoldsOne(rule.serial, device.serial, same) ||
        !HoldsOne(rule.name, device.product, same) ||
        !HoldsOne(rule.via_port, device.port_path, same)) {
      return false;
    }
    if (rule.with_interface && !Holds(*rule.with_interface, device.interfaces, is_type)) {
      return false;
    }
    if (!rule.conditions) return true;
    const auto holds = [&](const ug::Condition& each) { return True(each, minute); };
    switch (rule.conditions->set_operator) {
      case ug::SetOperator::kOneOf:
        return std::ranges::any_of(rule.conditions->values, holds);
      case ug::SetOperator::kNoneOf:
        return std::ranges::none_of(rule.conditions->values, holds);
      case ug::SetOperator::kEquals:
      case ug::SetOperator::kAllOf:
      case ug::SetOperator::kEqualsOrdered:
      case ug::SetOperator::kMatchAll:
        break;
    }
    return std::ranges::all_of(rule.conditions->values, holds);
  }
  const std::vector<ug::Line>& lines_;
  const bool unknown_;
};

class Draw {
 public:
  explicit Draw(unsigned seed) : random_(seed) {}
  unsigned Below(unsigned n) { return static_cast<unsigned>(random_() % n); }
  const std::string& OneOf(const std::vector<std::string>& words) {
    return words[Below(static_cast<unsigned>(words.size()))];
  }
  std::string Attribute(const std::string& name, const std::vector<std::string>& words) {
    static const std::vector<std::string> kOperators = {
        "", "equals ", "all-of ", "one-of ", "none-of ", "equals-ordered ", "match-all "};
    if (Below(3) != 0) return " " + name + " " + OneOf(words);
    std::string text = " " + name + " " + OneOf(kOperators) + "{ " + OneOf(words);
    for (unsigned more = Below(3); more > 0; --more) text += " " + OneOf(words);
    return text + " }";
  }
  std::string RuleText() {
    std::string text = OneOf({"allow", "allow", "allow", "block", "reject"});
    if (Below(2) == 0) text += Attribute("id", {"1050:0011", "1050:*", "0781:5581", "*:*"});
    if (Below(4) == 0) text += Attribute("serial", {"\"A1\"", "\"B*\"", "\"\"", "\"B2\""});
    if (Below(4) == 0) text += Attribute("name", {"\"Stick\"", "\"S?ick\"", "\"Key\""});
    if (Below(4) == 0) text += Attribute("via-port", {"\"1-1\"", "\"1-2\""});
    if (Below(3) == 0) {
      text += Attribute("with-interface", {"08:06:50", "08:*:*", "03:01:01", "03:*:*"});
    }
    if (Below(8) == 0) text += " hash \"x\"";
    if (Below(12) == 0) text += " with-connect-type \"hotplug\"";
    if (Below(3) == 0) {
      text += Attribute(
          "if", {"true", "false", "!false", "random", "!rule-applied", "localtime(08:30-17:15)",
                 "!localtime(12:00-13:00)", "localtime(09:00:30-10:00:30)"});
    }
    return text;
  }
  core::Device Device() {
    core::Device device;
    device.vendor_id = Below(2) == 0 ? 0x1050 : 0x0781;
    device.product_id = Below(2) == 0 ? 0x0011 : 0x5581;
    device.serial = OneOf({"A1", "B2", "B*", ""});
    device.product = OneOf({"Stick", "Key", "S?ick"});
    device.port_path = OneOf({"1-1", "1-2"});
    const core::UsbInterface storage{0, 0x08, 0x06, 0x50};
    const core::UsbInterface keyboard{1, 0x03, 0x01, 0x01};
    switch (Below(4)) {
      case 0:
        device.interfaces = {storage};
        device.classes = {core::DeviceClass::kStorage};
        break;
      case 1:
        device.interfaces = {keyboard};
        device.classes = {core::DeviceClass::kKeyboard};
        break;
      case 2:
        device.interfaces = {storage, keyboard};
        device.classes = {core::DeviceClass::kStorage, core::DeviceClass::kKeyboard};
        break;
      default:
        device.interfaces = {keyboard, storage};
        device.classes = {core::DeviceClass::kStorage, core::DeviceClass::kKeyboard};
        break;
    }
    return device;
  }

 private:
  std::mt19937 random_;
};

TEST(UsbguardImport, OpensNothingThatUsbguardRefused) {
  Draw draw(20261130);
  unsigned allowed = 0;
  for (int i = 0; i < 1500; ++i) {
    std::string text;
    for (unsigned rules = 1 + draw.Below(5); rules > 0; --rules) text += draw.RuleText() + "\n";
    const ug::ParsedRules parsed = ug::Parse(text);
    ASSERT_TRUE(parsed.errors.empty()) << text;
    const std::string yaml = Translated(text).yaml;
    const core::Policy policy = PolicyOf(yaml);
    for (int k = 0; k < 30; ++k) {
      const core::Device device = draw.Device();
      const unsigned minute = draw.Below(24 * 60);
      if (Decided(policy, device, minute) == core::Action::kBlock) continue;
      ++allowed;
      for (const bool unknown : {false, true}) {
        ASSERT_TRUE(Reference(parsed.lines, unknown).Allows(device, minute))
            << text << yaml << "device " << device.vendor_id << ":" << device.product_id << " \""
            << device.serial << "\" " << device.port_path << " at minute " << minute;
      }
    }
  }
  EXPECT_GT(allowed, 3000u) << "else this says little";
}

}  // namespace
}  // namespace sekisho::console::policy
