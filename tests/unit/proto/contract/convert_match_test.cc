#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "proto/contract/convert.h"

// The fields of rules that came with the feature rules_2.
namespace sekisho::contract {
namespace {

v1::Policy MakePolicy() {
  v1::Policy policy;
  policy.set_zone("個人番号利用事務系");
  policy.mutable_exceptions();
  policy.mutable_texts();
  v1::DeviceRule& rule = *policy.add_rules();
  rule.set_id("r");
  rule.set_action(v1::ACTION_ALLOW);
  rule.set_effect(v1::RULE_EFFECT_AUDIT);
  rule.set_notify(true);
  rule.add_only_interfaces(v1::DEVICE_CLASS_AUDIO);
  v1::DeviceMatch& match = *rule.mutable_match();
  match.add_buses(v1::BUS_USB);
  match.add_buses(v1::BUS_MMC);
  match.add_ids()->set_vendor_id(0x0951);
  v1::UsbId& id = *match.add_ids();
  id.set_vendor_id(0x0781);
  id.set_product_id(0x5581);
  match.add_serials("AA*");
  match.add_products("*Elgato*");
  match.add_ports("1-2.*");
  match.mutable_interfaces()->set_quantifier(v1::INTERFACE_QUANTIFIER_ONE_OF);
  v1::InterfaceType& type = *match.mutable_interfaces()->add_types();
  type.set_class_code(8);
  type.set_subclass_code(0);
  type.set_protocol_code(0);
  match.mutable_interfaces()->add_types()->set_class_code(3);
  match.set_identity(std::string(32, '\2'));
  match.set_registered(v1::REGISTERED_NO);
  match.set_encryption(v1::ENCRYPTION_MATCH_ENCRYPTED);
  match.add_users("hanako");
  match.add_user_groups("tax");
  v1::WeeklyHours& hours = *match.add_hours();
  hours.set_weekdays(0x1f);
  hours.set_from_minute(510);
  hours.set_until_minute(1035);
  return policy;
}

TEST(ConvertMatch, ARuleWithEveryConditionComesBackAsItWent) {
  const auto policy = ToCore(MakePolicy());
  ASSERT_TRUE(policy.ok()) << policy.status();
  EXPECT_EQ(ToProto(*policy).SerializeAsString(), MakePolicy().SerializeAsString());
  const core::DeviceRule& rule = policy->rules.front();
  EXPECT_EQ(rule.effect, core::RuleEffect::kAudits);
  // A code that is given as 0 is not one that is not given.
  EXPECT_EQ(rule.match.interfaces->types.front().subclass_code, 0);
  EXPECT_EQ(rule.match.interfaces->types.back().subclass_code, std::nullopt);
}

TEST(ConvertMatch, EveryQuantifierComesBack) {
  for (int i = 1; i < v1::InterfaceQuantifier_descriptor()->value_count(); ++i) {
    v1::Policy policy = MakePolicy();
    policy.mutable_rules(0)->mutable_match()->mutable_interfaces()->set_quantifier(
        static_cast<v1::InterfaceQuantifier>(i));
    EXPECT_EQ(ToProto(ToCore(policy).value()).SerializeAsString(), policy.SerializeAsString());
  }
}

TEST(ConvertMatch, ARuleIsRefusedByItsNameAndTheFieldThatIsWrong) {
  using Rule = v1::DeviceRule;
  using Match = v1::DeviceMatch;
  const std::vector<std::pair<std::string, std::function<void(Rule&, Match&)>>> breaks = {
      {"product_id", [](Rule&, Match& m) { m.set_product_id(5); }},
      {"buses", [](Rule&, Match& m) { m.add_buses(v1::BUS_UNSPECIFIED); }},
      {"ids", [](Rule&, Match& m) { m.add_ids()->set_product_id(5); }},
      {"ids", [](Rule&, Match& m) { m.mutable_ids(0)->set_vendor_id(65536); }},
      {"ids", [](Rule&, Match& m) { m.mutable_ids(0)->set_product_id(65536); }},
      {"serials", [](Rule&, Match& m) { m.add_serials(""); }},
      {"serials", [](Rule&, Match& m) { m.add_serials(std::string(257, '*')); }},
      {"products", [](Rule&, Match& m) { m.add_products(""); }},
      {"ports", [](Rule&, Match& m) { m.add_ports(std::string(257, 'a')); }},
      {"users", [](Rule&, Match& m) { m.add_users(""); }},
      {"user_groups", [](Rule&, Match& m) { m.add_user_groups(""); }},
      {"interfaces", [](Rule&, Match& m) { m.mutable_interfaces()->clear_types(); }},
      {"interfaces", [](Rule&, Match& m) { m.mutable_interfaces()->clear_quantifier(); }},
      {"interfaces",
       [](Rule&, Match& m) { m.mutable_interfaces()->mutable_types(0)->set_class_code(256); }},
      {"interfaces",
       [](Rule&, Match& m) { m.mutable_interfaces()->mutable_types(0)->clear_subclass_code(); }},
      {"identity", [](Rule&, Match& m) { m.set_identity("short"); }},
      {"registered", [](Rule&, Match& m) { m.set_registered(static_cast<v1::Registered>(9)); }},
      {"encryption",
       [](Rule&, Match& m) { m.set_encryption(static_cast<v1::EncryptionMatch>(9)); }},
      {"hours", [](Rule&, Match& m) { m.mutable_hours(0)->set_weekdays(128); }},
      {"hours", [](Rule&, Match& m) { m.mutable_hours(0)->set_from_minute(1440); }},
      {"hours", [](Rule&, Match& m) { m.mutable_hours(0)->set_until_minute(1441); }},
      {"hours", [](Rule&, Match& m) { m.mutable_hours(0)->set_until_minute(510); }},
      {"effect", [](Rule& r, Match&) { r.set_effect(static_cast<v1::RuleEffect>(9)); }},
      {"only_interfaces",
       [](Rule& r, Match&) { r.add_only_interfaces(v1::DEVICE_CLASS_UNSPECIFIED); }},
      {"only_interfaces", [](Rule& r, Match&) { r.set_action(v1::ACTION_BLOCK); }},
  };
  for (const auto& [field, change] : breaks) {
    v1::Policy policy = MakePolicy();
    v1::DeviceRule& rule = *policy.mutable_rules(0);
    if (field == "product_id") rule.mutable_match()->Clear();
    change(rule, *rule.mutable_match());
    const absl::Status status = ToCore(policy).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << field;
    EXPECT_EQ(status.message().find("rule r: " + field + ":"), 0u) << status;
  }
}

// An agent from before refuses what it would otherwise drop: a restriction that vanishes loosens.
TEST(RequiredFeatures, AreRulesTwoExactlyWhenARuleHasAnyFieldThatCameWithIt) {
  v1::Policy policy;
  v1::DeviceRule& rule = *policy.add_rules();
  rule.set_id("old");
  rule.set_description("d");
  rule.set_action(v1::ACTION_ALLOW);
  v1::DeviceMatch& match = *rule.mutable_match();
  match.add_classes(v1::DEVICE_CLASS_HUB);
  match.set_vendor_id(1);
  match.set_product_id(1);
  match.set_serial("s");
  match.set_port_path("p");
  match.set_fingerprint(std::string(32, '\1'));
  EXPECT_THAT(RequiredFeatures(policy), testing::ElementsAre("device_rules"));

  // Each field of the two messages that is numbered above those, one at a time.
  const v1::DeviceRule whole = MakePolicy().rules(0);
  int fields = 0;
  const auto check = [&](const google::protobuf::Message& from, bool in_match) {
    std::vector<const google::protobuf::FieldDescriptor*> set;
    from.GetReflection()->ListFields(from, &set);
    for (const google::protobuf::FieldDescriptor* field : set) {
      if (field->number() <= (in_match ? 6 : 4)) continue;
      ++fields;
      v1::Policy with = policy;
      google::protobuf::Message* only = from.New();
      only->CopyFrom(from);
      for (const google::protobuf::FieldDescriptor* other : set) {
        if (other != field) only->GetReflection()->ClearField(only, other);
      }
      if (in_match) {
        with.mutable_rules(0)->mutable_match()->MergeFrom(*only);
      } else {
        with.mutable_rules(0)->MergeFrom(*only);
      }
      delete only;
      EXPECT_THAT(RequiredFeatures(with), testing::ElementsAre("device_rules", "rules_2"))
          << field->name();
    }
  };
  check(whole.match(), true);
  check(whole, false);
  EXPECT_EQ(fields, v1::DeviceMatch::descriptor()->field_count() - 6 +
                        v1::DeviceRule::descriptor()->field_count() - 4);
}

}  // namespace
}  // namespace sekisho::contract
