#include "console/usbguard/translate.h"

#include <gtest/gtest.h>

#include <string>

namespace sekisho::console::usbguard {
namespace {

std::string Number(const Finding& finding) {
  return "finding " + std::to_string(static_cast<int>(finding.note));
}

Translation Translated(const std::string& rules, std::set<Note> let_go = {}) {
  const ParsedRules parsed = Parse(rules);
  EXPECT_TRUE(parsed.errors.empty()) << rules;
  return Translate(parsed.lines, {.file_name = "rules.conf",
                                  .zone = "LGWAN接続系",
                                  .let_go = std::move(let_go),
                                  .words = Number});
}

// Those that are in force: not the comments.
std::string RulesOf(const Translation& translation) {
  std::string rules;
  std::string rest = translation.yaml.substr(translation.yaml.find("rules:"));
  while (!rest.empty()) {
    const std::string line = rest.substr(0, rest.find('\n') + 1);
    rest.erase(0, line.size());
    if (line.find('#') == std::string::npos) rules += line;
  }
  return rules;
}

bool Says(const Translation& translation, Note note, Effect effect) {
  for (const Finding& finding : translation.findings) {
    if (finding.note == note && finding.effect == effect) return true;
  }
  return false;
}

TEST(UsbguardTranslation, CarriesARuleOver) {
  const Translation translation = Translated(
      "allow id 1050:0011 name \"Yubico \\\"II\\\"\" serial \"0001234567\" via-port \"1-2\" "
      "with-interface { 03:01:01 0b:00:00 } label \"desk 4\"  # 税務課\n");
  EXPECT_EQ(RulesOf(translation),
            "rules:\n"
            "  - id: usbguard-1\n"
            "    description: \"desk 4 / 税務課\"\n"
            "    match:\n"
            "      bus: [usb]\n"
            "      ids: [\"1050:0011\"]\n"
            "      serial: \"0001234567\"\n"
            "      products: [\"Yubico \\\"II\\\"\"]\n"
            "      port: \"1-2\"\n"
            "      interfaces: {equals: [\"03:01:01\", \"0b:00:00\"]}\n"
            "    action: allow\n");
  EXPECT_EQ(translation.carried, 1u);
  EXPECT_TRUE(Says(translation, Note::kCounts, Effect::kSame));
}

TEST(UsbguardTranslation, LeavesAnAllowOutThatWouldLoseACondition) {
  for (const char* condition :
       {"hash \"044b\"", "parent-hash \"044b\"", "with-connect-type \"hardwired\"", "serial \"\"",
        "serial none-of { \"A\" }", "name \"x*\"", "if random", "if !rule-applied",
        "if allowed-matches(id 1050:*)"}) {
    const Translation translation = Translated("allow id 1050:0011 " + std::string(condition));
    EXPECT_EQ(RulesOf(translation), "rules: []\n") << condition;
    EXPECT_EQ(translation.left_out, 1u) << condition;
    ASSERT_FALSE(translation.findings.empty()) << condition;
    EXPECT_EQ(translation.findings[0].effect, Effect::kLeftOut) << condition;
    EXPECT_EQ(translation.findings[0].line, 1u);
    // It is there to be read, in a comment.
    EXPECT_NE(translation.yaml.find("#     ids: [\"1050:0011\"]"), std::string::npos);
  }
}

TEST(UsbguardTranslation, LetsAConditionGoOnlyWhenAskedTo) {
  const Translation translation =
      Translated("allow id 1050:0011 hash \"044b\" parent-hash \"77\"", {Note::kHash});
  EXPECT_EQ(translation.carried, 0u);
  const Translation both = Translated("allow id 1050:0011 hash \"044b\" parent-hash \"77\"",
                                      {Note::kHash, Note::kParentHash});
  EXPECT_EQ(both.carried, 1u);
  EXPECT_TRUE(Says(both, Note::kHash, Effect::kLooser));
  // Nothing would be left of it.
  EXPECT_EQ(Translated("allow hash \"044b\"", {Note::kHash}).carried, 0u);
}

TEST(UsbguardTranslation, WidensABlockThatLosesACondition) {
  const Translation translation = Translated("block id 1050:* hash \"044b\"\nreject if random\n");
  EXPECT_EQ(RulesOf(translation),
            "rules:\n"
            "  - id: usbguard-1\n"
            "    match:\n"
            "      ids: [\"1050:*\"]\n"
            "    action: block\n"
            "  - id: usbguard-2\n"
            "    match: {}\n"
            "    action: block\n");
  EXPECT_TRUE(Says(translation, Note::kHash, Effect::kStricter));
  EXPECT_TRUE(Says(translation, Note::kState, Effect::kStricter));
  EXPECT_TRUE(Says(translation, Note::kReject, Effect::kSame));
}

TEST(UsbguardTranslation, NeverAllowsEverything) {
  EXPECT_EQ(Translated("allow").carried, 0u);
  EXPECT_EQ(Translated("allow id *:*").carried, 0u);
  EXPECT_EQ(Translated("allow if true").carried, 0u);
  EXPECT_EQ(Translated("allow id 0000:1234").carried, 0u);
  EXPECT_EQ(Translated("allow id 1234:0000").carried, 0u);
}

TEST(UsbguardTranslation, KnowsRulesThatNeverHeld) {
  for (const char* rule :
       {"allow id { 1050:0011 1050:0012 }", "block serial { \"A\" \"B\" }",
        "allow id 1050:0011 if false", "allow id 1050:0011 if none-of { true }"}) {
    const Translation translation = Translated(rule);
    EXPECT_TRUE(Says(translation, Note::kNeverMatches, Effect::kSame)) << rule;
    EXPECT_EQ(RulesOf(translation), "rules: []\n") << rule;
  }
  EXPECT_NE(RulesOf(Translated("allow id all-of { 1050:* 1050:0012 }")).find("[\"1050:0012\"]"),
            std::string::npos);
}

TEST(UsbguardTranslation, CarriesTimesOfDayOver) {
  const auto hours = [](const std::string& condition) {
    const std::string rules = RulesOf(Translated("allow id 1050:0011 if " + condition));
    const std::size_t at = rules.find("hours: ");
    return at == std::string::npos ? "" : rules.substr(at, rules.find('\n', at) - at);
  };
  EXPECT_EQ(hours("localtime(08:30-17:15)"), "hours: [\"mon-sun 08:30-17:15\"]");
  EXPECT_EQ(hours("!localtime(08:30-17:15)"),
            "hours: [\"mon-sun 00:00-08:30\", \"mon-sun 17:16-24:00\"]");
  EXPECT_EQ(hours("{ localtime(08:00-12:00) localtime(10:00-17:00) }"),
            "hours: [\"mon-sun 10:00-12:00\"]");
  EXPECT_EQ(hours("one-of { localtime(08:00-12:00) localtime(13:00-17:00) }"),
            "hours: [\"mon-sun 08:00-12:00\", \"mon-sun 13:00-17:00\"]");
  // Only whole minutes that lie in it.
  EXPECT_EQ(hours("localtime(08:30:30-17:15:30)"), "hours: [\"mon-sun 08:31-17:15\"]");
  EXPECT_EQ(hours("localtime(08:30)"), "");
  EXPECT_EQ(hours("one-of { localtime(08:00-12:00) random }"), "");
  EXPECT_TRUE(Says(Translated("block if localtime(08:30-17:15)"), Note::kClock, Effect::kSame));
  // A block holds at least as long as it did.
  EXPECT_NE(RulesOf(Translated("block if localtime(08:30:30-17:15)")).find("08:30-17:16"),
            std::string::npos);
  EXPECT_NE(RulesOf(Translated("block if localtime(08:30)")).find("08:30-08:31"),
            std::string::npos);
}

TEST(UsbguardTranslation, NeedsNoRuleForTheControllersOwnHubs) {
  const Translation translation =
      Translated("allow id 1d6b:0002 serial \"0000:00:14.0\" hash \"x\" via-port \"usb1\"");
  EXPECT_TRUE(Says(translation, Note::kRootHub, Effect::kSame));
  EXPECT_EQ(translation.findings.size(), 1u);
}

TEST(UsbguardTranslation, KeepsWhatACommentMayNotHoldOutOfIt) {
  const Translation translation =
      Translated("# a\x01\xff z\nallow name \"\xe7\xa8\x8e\" hash \"1\"");
  EXPECT_NE(translation.yaml.find("# a?? z\n"), std::string::npos);
  EXPECT_NE(translation.yaml.find("税"), std::string::npos);
}

}  // namespace
}  // namespace sekisho::console::usbguard
