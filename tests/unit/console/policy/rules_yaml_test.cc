#include <gtest/gtest.h>

#include <string>

#include "console/policy/yaml.h"

// The keys of a rule that came with the feature rules_2.
namespace sekisho::console::policy {
namespace {

std::string With(const std::string& match, const std::string& more = "") {
  return "zone: z\nrules:\n  - id: r\n    match: {" + match + "}\n    action: allow\n" + more;
}

v1::DeviceRule Rule(const std::string& yaml) {
  const ParsedPolicy parsed = ParsePolicy(yaml);
  for (const v1::PolicyProblem& problem : parsed.problems) ADD_FAILURE() << problem.DebugString();
  return parsed.policy.rules_size() == 1 ? parsed.policy.rules(0) : v1::DeviceRule();
}

v1::DeviceMatch Match(const std::string& match) { return Rule(With(match)).match(); }

v1::PolicyProblem Only(const std::string& yaml) {
  const ParsedPolicy parsed = ParsePolicy(yaml);
  EXPECT_EQ(parsed.problems.size(), 1u) << yaml;
  return parsed.problems.empty() ? v1::PolicyProblem() : parsed.problems.front();
}

TEST(RulesYaml, HoursAreDaysAndASpanOfMinutes) {
  const v1::DeviceMatch match = Match(
      R"(hours: ["mon-fri 08:30-17:15", "sat-mon 22:00-06:00", "wed,fri 00:00-24:00", "09:00-10:00"])");
  ASSERT_EQ(match.hours_size(), 4);
  EXPECT_EQ(match.hours(0).weekdays(), 0x1fu);
  EXPECT_EQ(match.hours(0).from_minute(), 8u * 60 + 30);
  EXPECT_EQ(match.hours(0).until_minute(), 17u * 60 + 15);
  EXPECT_EQ(match.hours(1).weekdays(), 0x61u);
  EXPECT_EQ(match.hours(2).weekdays(), 0x14u);
  EXPECT_EQ(match.hours(2).until_minute(), 1440u);
  EXPECT_EQ(match.hours(3).weekdays(), 0u);
}

TEST(RulesYaml, InterfaceTypesKeepWhatIsAnyApartFromZero) {
  const v1::InterfaceMatch interfaces =
      Match(R"(interfaces: {one_of: ["08:06:50", "03:00:*", "FF:*:*"]})").interfaces();
  EXPECT_EQ(interfaces.quantifier(), v1::INTERFACE_QUANTIFIER_ONE_OF);
  ASSERT_EQ(interfaces.types_size(), 3);
  EXPECT_EQ(interfaces.types(0).protocol_code(), 0x50u);
  EXPECT_TRUE(interfaces.types(1).has_subclass_code());
  EXPECT_FALSE(interfaces.types(1).has_protocol_code());
  EXPECT_EQ(interfaces.types(2).class_code(), 0xffu);
  EXPECT_FALSE(interfaces.types(2).has_subclass_code());
}

TEST(RulesYaml, IdsWithAStarAreOfEveryProduct) {
  const v1::DeviceMatch match = Match(R"(ids: ["0781:5581", "0951:*"])");
  ASSERT_EQ(match.ids_size(), 2);
  EXPECT_EQ(match.ids(0).product_id(), 0x5581u);
  EXPECT_EQ(match.ids(1).vendor_id(), 0x0951u);
  EXPECT_EQ(match.ids(1).product_id(), 0u);
}

TEST(RulesYaml, WhatARuleDoesBesideItsAction) {
  const v1::DeviceRule rule = Rule(With(
      "registered: false", "    effect: audit\n    notify: true\n    only_interfaces: [audio]\n"));
  EXPECT_EQ(rule.effect(), v1::RULE_EFFECT_AUDIT);
  EXPECT_TRUE(rule.notify());
  EXPECT_EQ(rule.only_interfaces(0), v1::DEVICE_CLASS_AUDIO);
  EXPECT_EQ(rule.match().registered(), v1::REGISTERED_NO);
}

TEST(RulesYaml, AProblemIsAtItsPlaceWithWhatWasMeant) {
  const v1::PolicyProblem hours = Only(With("hours: [\"mon 09:00-10:00\", \"mon 9-10\"]"));
  EXPECT_EQ(hours.line(), 4u);
  EXPECT_EQ(hours.column(), 40u);
  EXPECT_NE(hours.message().find("mon 9-10"), std::string::npos);
  EXPECT_EQ(Only(With("serial: x, bus: [ubs]")).suggestion(), "usb");
  EXPECT_EQ(Only(With("serial: x, usrs: [hanako]")).suggestion(), "users:");
  EXPECT_EQ(Only(With("serial: x, interfaces: {oneof: [\"03:*:*\"]}")).suggestion(), "one_of:");
  EXPECT_EQ(Only(With("serial: x", "    only_interface: [audio]\n")).suggestion(),
            "only_interfaces:");
}

}  // namespace
}  // namespace sekisho::console::policy
