#include "console/usbguard/parse.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sekisho::console::usbguard {
namespace {

Rule RuleOf(const std::string& line) {
  const ParsedRules parsed = Parse(line);
  EXPECT_TRUE(parsed.errors.empty()) << line;
  if (parsed.lines.size() != 1 || !parsed.lines[0].rule) return {};
  return *parsed.lines[0].rule;
}

SyntaxError FaultOf(const std::string& line) {
  const ParsedRules parsed = Parse(line);
  EXPECT_EQ(parsed.errors.size(), 1u) << line;
  return parsed.errors.empty() ? SyntaxError() : parsed.errors.front();
}

// usbguard-rules.conf(5), its examples.
TEST(UsbguardRules, ReadsTheManualsExamples) {
  const Rule key = RuleOf(
      "allow 1050:0011 name \"Yubico Yubikey II\" serial \"0001234567\" via-port \"1-2\" hash "
      "\"044b5e168d40ee0245478416caf3d998\"");
  EXPECT_EQ(key.target, Target::kAllow);
  EXPECT_EQ(key.id->values, (std::vector<DeviceId>{{0x1050, 0x0011}}));
  EXPECT_EQ(key.name->values, std::vector<std::string>{"Yubico Yubikey II"});
  EXPECT_EQ(key.serial->values, std::vector<std::string>{"0001234567"});
  EXPECT_EQ(key.via_port->values, std::vector<std::string>{"1-2"});

  const Rule suspicious = RuleOf("reject with-interface all-of { 08:*:* 03:00:* }");
  EXPECT_EQ(suspicious.target, Target::kReject);
  EXPECT_EQ(suspicious.with_interface->set_operator, SetOperator::kAllOf);
  EXPECT_EQ(
      suspicious.with_interface->values,
      (std::vector<InterfaceType>{{0x08, std::nullopt, std::nullopt}, {0x03, 0, std::nullopt}}));

  const Rule first = RuleOf(
      "allow with-interface one-of { 03:00:01 03:01:01 } "
      "if !allowed-matches(with-interface one-of { 03:00:01 03:01:01 })");
  ASSERT_EQ(first.conditions->values.size(), 1u);
  EXPECT_EQ(first.conditions->values[0].sense, Sense::kNegated);
  EXPECT_EQ(first.conditions->values[0].argument, "with-interface one-of { 03:00:01 03:01:01 }");

  EXPECT_EQ(RuleOf("allow if random(0.1666)").conditions->values[0].name, "random");
  EXPECT_EQ(RuleOf("reject"), Rule{.target = Target::kReject});
}

TEST(UsbguardRules, ReadsWhatGeneratePolicyWrites) {
  const Rule rule = RuleOf(
      "allow id 1d6b:0002 serial \"0000:00:14.0\" name \"xHCI Host Controller\" hash "
      "\"jEP/6WzviqdJ5VSeTUY8PatCNBKeaREvo2OqdplND/o=\" parent-hash "
      "\"rV9bfLq7c2eA4tYjVjwO4bxhm+y6GgZpl9J60L0fBkY=\" with-interface 09:00:00 "
      "with-connect-type \"\"");
  EXPECT_EQ(rule.with_interface->values, (std::vector<InterfaceType>{{9, 0, 0}}));
  EXPECT_EQ(rule.with_connect_type->values, std::vector<std::string>{""});
}

TEST(UsbguardRules, UndoesEscapes) {
  EXPECT_EQ(RuleOf(R"(allow name "a\"b\\c\x41\066\t")").name->values,
            std::vector<std::string>{"a\"b\\cAB\t"});
}

TEST(UsbguardRules, KeepsCommentsAndCountsLines) {
  const ParsedRules parsed = Parse("# keyboards\r\n\n  allow id 046d:* # Logitech  \r\nblock");
  ASSERT_EQ(parsed.lines.size(), 4u);
  EXPECT_EQ(parsed.lines[0].comment, "keyboards");
  EXPECT_FALSE(parsed.lines[1].rule.has_value());
  EXPECT_EQ(parsed.lines[2].number, 3u);
  EXPECT_EQ(parsed.lines[2].comment, "Logitech");
  EXPECT_TRUE(parsed.lines[3].rule.has_value());
}

TEST(UsbguardRules, SaysWhereALineIsNoRuleAndWhy) {
  const SyntaxError repeated = FaultOf("allow name \"asdf\" name \"foo\"");
  EXPECT_EQ(repeated.fault, Fault::kRepeated);
  EXPECT_EQ(repeated.column, 19u);
  EXPECT_EQ(FaultOf("permit id 1234:5678").fault, Fault::kTarget);
  EXPECT_EQ(FaultOf("allow nmae \"x\"").fault, Fault::kAttribute);
  EXPECT_EQ(FaultOf("allow *:1234").fault, Fault::kDeviceId);
  EXPECT_EQ(FaultOf("allow with-interface 12:*:34").fault, Fault::kInterfaceType);
  EXPECT_EQ(FaultOf("allow with-interface *:*:*").fault, Fault::kInterfaceType);
  EXPECT_EQ(FaultOf("allow name \"a").fault, Fault::kUnclosed);
  EXPECT_EQ(FaultOf("allow name \"a\\q\"").fault, Fault::kEscape);
  EXPECT_EQ(FaultOf("allow name one-of { \"a\"").fault, Fault::kUnclosed);
  EXPECT_EQ(FaultOf("allow name one-of \"a\"").fault, Fault::kValue);
  EXPECT_EQ(FaultOf("allow id one-of { }").fault, Fault::kValue);
  EXPECT_EQ(FaultOf("allow if randomM").fault, Fault::kCondition);
  EXPECT_EQ(FaultOf("allow if localtime(17:00-08:00)").fault, Fault::kArgument);
  EXPECT_EQ(FaultOf("allow if allowed-matches(fooo)").fault, Fault::kArgument);
  EXPECT_EQ(Parse("allow x\nblock\nreject y").errors[1].line, 3u);
}

TEST(UsbguardRules, WritesWhatItReads) {
  for (const std::string line :
       {"allow id one-of { 1050:0011 1050:* }",
        "block with-interface equals-ordered { 03:01:01 0e:*:* }",
        "allow serial \"a\\\"\\x07b\" if all-of { localtime(08:30-17:15) !rule-applied(01:00) }",
        "reject via-port none-of { \"1-1\" \"1-2\" } label \"desk\"",
        "match name match-all { \"a\" \"b\" }"}) {
    EXPECT_EQ(Write(RuleOf(line)), line);
  }
}

}  // namespace
}  // namespace sekisho::console::usbguard
