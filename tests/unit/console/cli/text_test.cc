#include "console/cli/texts/text.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "console/cli/render/table.h"
#include "console/cli/texts/events.h"
#include "console/cli/texts/names.h"
#include "sekisho/v1/event.pb.h"
#include "sekisho/v1/grant.pb.h"
#include "sekisho/v1/login.pb.h"
#include "sekisho/v1/operator_service.pb.h"
#include "sekisho/v1/order_service.pb.h"
#include "sekisho/v1/policy.pb.h"
#include "sekisho/v1/policy_service.pb.h"
#include "sekisho/v1/register.pb.h"
#include "sekisho/v1/terminal_service.pb.h"

namespace sekisho::console::cli {
namespace {

TEST(Fill, PutsValuesInTheirPlaces) {
  EXPECT_EQ(Fill("{a} and {b}, {a}", {{"a", "1"}, {"b", "2"}}), "1 and 2, 1");
}

TEST(Fill, LeavesOutAnOptionalPartWhoseValueIsMissing) {
  EXPECT_EQ(Fill("x[[ ({a})]][[ {b}]].", {{"b", "2"}}), "x 2.");
}

TEST(Fill, DoesNotExpandPlaceholdersInsideValues) {
  EXPECT_EQ(Fill("{a}", {{"a", "{b} [[x]]"}, {"b", "secret"}}), "{b} [[x]]");
}

TEST(Fill, DoesNotLetAValueCommandTheTerminal) {
  EXPECT_EQ(Fill("[{name}]", {{"name", "Stick\x1b[2K\rSAFE\n"}}),
            "[Stick\xEF\xBF\xBD[2K\xEF\xBF\xBDSAFE\xEF\xBF\xBD]");
}

TEST(Printable, KeepsJapanese) { EXPECT_EQ(Printable("税務課 ｶﾅ é"), "税務課 ｶﾅ é"); }

TEST(Printable, ReplacesWhatWouldTurnALineAround) {
  EXPECT_EQ(Printable("a\u202Etxt.exe"), "a\uFFFDtxt.exe");
  EXPECT_EQ(Printable("a\u2066b\u2069"), "a\uFFFDb\uFFFD");
  EXPECT_EQ(Printable("\u009B31m"), "\uFFFD31m");  // CSI in one character
}

TEST(Printable, ReplacesEachByteThatIsNotUtf8) {
  EXPECT_EQ(Printable("\xff\xc0\xaf"), "\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(Printable("\xed\xa0\x80"), "\uFFFD\uFFFD\uFFFD");  // a surrogate
  EXPECT_EQ(Printable("\xe7\xa8"), "\uFFFD\uFFFD");            // cut off
}

TEST(DisplayWidth, CountsFullWidthCharactersTwice) {
  EXPECT_EQ(DisplayWidth("abc"), 3);
  EXPECT_EQ(DisplayWidth("税務課"), 6);
  EXPECT_EQ(DisplayWidth("ｶﾅ"), 2);
  EXPECT_EQ(DisplayWidth("e\u0301"), 1);  // a combining accent takes no room
}

TEST(Table, AlignsColumnsThatMixKanjiAndLatin) {
  Table table({"端末", "STATE"});
  table.Add({"zeimu-012", "ok"});
  table.Add({"税務課", ""});
  EXPECT_EQ(table.Write(),
            "端末       STATE\n"
            "zeimu-012  ok\n"
            "税務課     -\n");
}

// Every value of every enum that operators meet, so that a new one cannot be forgotten.
TEST(Names, ExistForEveryValueAndBothLanguages) {
  const std::vector<const google::protobuf::EnumDescriptor*> types{
      v1::DeviceClass_descriptor(),   v1::Action_descriptor(),        v1::EventKind_descriptor(),
      v1::GrantState_descriptor(),    v1::TerminalState_descriptor(), v1::Unprotected_descriptor(),
      v1::VerdictReason_descriptor(), v1::ProbeResult_descriptor(),   v1::Role_descriptor(),
      v1::Mode_descriptor(),          v1::KeyProtection_descriptor(), v1::OrderKind_descriptor(),
      v1::OrderState_descriptor(),    v1::OrderOutcome_descriptor(),  v1::MediumKind_descriptor(),
      v1::MediumState_descriptor(),   v1::PolicyTurn_descriptor(),    v1::LoginsMode_descriptor(),
      v1::FactorType_descriptor()};
  for (const auto* type : types) {
    for (int i = 0; i < type->value_count(); ++i) {
      if (type->value(i)->number() == 0) continue;
      EXPECT_TRUE(HasName(*type->value(i))) << type->value(i)->full_name();
      EXPECT_FALSE(NameOf(*type, type->value(i)->number(), Language::kJapanese).empty());
      EXPECT_FALSE(NameOf(*type, type->value(i)->number(), Language::kEnglish).empty());
    }
  }
}

TEST(Names, ShowAValueThatThisProgramDoesNotKnowAsItsNumber) {
  EXPECT_EQ(NameOf(*v1::EventKind_descriptor(), 4711, Language::kEnglish), "#4711");
}

TEST(EventSentences, ExistForEveryKind) {
  const auto* type = v1::EventKind_descriptor();
  for (int i = 1; i < type->value_count(); ++i) {
    EXPECT_TRUE(HasSentence(static_cast<v1::EventKind>(type->value(i)->number())))
        << type->value(i)->name();
  }
}

TEST(ParseWord, TakesTheWordAndTheProtosOwnSpelling) {
  const auto* type = v1::EventKind_descriptor();
  EXPECT_EQ(ParseWord(*type, "device-blocked", Language::kEnglish).value(), 20);
  EXPECT_EQ(ParseWord(*type, "EVENT_KIND_DEVICE_BLOCKED", Language::kEnglish).value(), 20);
  EXPECT_EQ(ParseWord(*type, "Device_Blocked", Language::kEnglish).value(), 20);
}

TEST(ParseWord, NamesTheNearestWordInTheErrorAndRefusesTheZeroValue) {
  const auto* type = v1::EventKind_descriptor();
  const auto typo = ParseWord(*type, "device-blokced", Language::kEnglish);
  EXPECT_NE(typo.status().ToString().find("did you mean \"device-blocked\"?"), std::string::npos)
      << typo.status();
  EXPECT_FALSE(ParseWord(*type, "unspecified", Language::kEnglish).ok());
}

class Environment : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) unsetenv(name);
  }
};

TEST_F(Environment, ChoosesTheLanguageByTheFirstVariableThatIsSet) {
  EXPECT_EQ(LanguageFromEnvironment(), Language::kEnglish);
  setenv("LANG", "ja_JP.UTF-8", 1);
  EXPECT_EQ(LanguageFromEnvironment(), Language::kJapanese);
  setenv("LC_ALL", "", 1);
  EXPECT_EQ(LanguageFromEnvironment(), Language::kJapanese);
  setenv("LC_MESSAGES", "C", 1);
  EXPECT_EQ(LanguageFromEnvironment(), Language::kEnglish);
}

}  // namespace
}  // namespace sekisho::console::cli
