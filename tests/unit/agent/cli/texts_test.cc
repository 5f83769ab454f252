#include "agent/cli/texts.h"

#include <cstdlib>

#include "agent/cli/command_line.h"
#include "gtest/gtest.h"

namespace sekisho::cli {
namespace {

TEST(TextsTest, TheFirstVariableThatIsSetChoosesTheLanguage) {
  setenv("LANG", "ja_JP.UTF-8", 1);
  unsetenv("LC_ALL");
  unsetenv("LC_MESSAGES");
  EXPECT_EQ(LanguageOfEnvironment(), Language::kJapanese);
  setenv("LC_MESSAGES", "en_US.UTF-8", 1);
  EXPECT_EQ(LanguageOfEnvironment(), Language::kEnglish);
  setenv("LC_ALL", "ja_JP.UTF-8", 1);
  EXPECT_EQ(LanguageOfEnvironment(), Language::kJapanese);
}

TEST(TextsTest, EveryTextExistsInBothLanguagesAndTheyDiffer) {
  for (int i = 0; i <= static_cast<int>(Text::kHoursMinutes); ++i) {
    const auto text = static_cast<Text>(i);
    EXPECT_NE(Say(Language::kEnglish, text), "") << i;
    EXPECT_NE(Say(Language::kJapanese, text), "") << i;
    EXPECT_NE(Say(Language::kEnglish, text), Say(Language::kJapanese, text)) << i;
  }
}

TEST(TextsTest, EveryVerdictReasonHasWords) {
  const auto* reasons = v1::VerdictReason_descriptor();
  for (int i = 1; i < reasons->value_count(); ++i) {
    const auto reason = static_cast<v1::VerdictReason>(reasons->value(i)->number());
    EXPECT_NE(Say(Language::kEnglish, reason), "") << reasons->value(i)->name();
    EXPECT_NE(Say(Language::kJapanese, reason), "") << reasons->value(i)->name();
  }
}

TEST(TextsTest, EveryModeHasAWord) {
  const auto* modes = v1::Mode_descriptor();
  for (int i = 1; i < modes->value_count(); ++i) {
    const auto mode = static_cast<v1::Mode>(modes->value(i)->number());
    EXPECT_NE(Say(Language::kEnglish, mode), "unknown") << modes->value(i)->name();
    EXPECT_NE(Say(Language::kJapanese, mode), "不明") << modes->value(i)->name();
  }
}

TEST(TextsTest, AFailureSaysWhatToDoNext) {
  v1::LocalFailure failure;
  failure.set_code("no-such-device");
  v1::Parameter* parameter = failure.add_parameters();
  parameter->set_key("device");
  parameter->set_value("9-9");
  EXPECT_EQ(SayFailure(Language::kEnglish, failure),
            "No device 9-9. See what is plugged in: sekisho devices");
  failure.set_code("of-tomorrow");
  EXPECT_EQ(SayFailure(Language::kEnglish, failure), "of-tomorrow");
}

TEST(TextsTest, DurationsAreReadable) {
  EXPECT_EQ(SayDuration(Language::kEnglish, 59'000'000'000), "59 s");
  EXPECT_EQ(SayDuration(Language::kJapanese, 872'000'000'000), "14分32秒");
  EXPECT_EQ(SayDuration(Language::kEnglish, 7'260'000'000'000), "2 h 1 min");
}

TEST(ExitCodeTest, OneFactorIsAnOpenProtection) {
  v1::LoginWays logins;
  EXPECT_EQ(ExitCodeOf(logins), ExitCode::kProtectionUntried);
  logins.add_ways()->set_factors(v1::LOGIN_FACTORS_TWO);
  EXPECT_EQ(ExitCodeOf(logins), ExitCode::kDone);
  logins.add_ways()->set_factors(v1::LOGIN_FACTORS_UNKNOWN);
  EXPECT_EQ(ExitCodeOf(logins), ExitCode::kProtectionUntried);
  logins.add_ways()->set_factors(v1::LOGIN_FACTORS_ONE);
  EXPECT_EQ(ExitCodeOf(logins), ExitCode::kProtectionOpen);
}

TEST(TextsTest, NothingTriedIsNotProtection) {
  v1::LocalDoctorReply doctor;
  EXPECT_EQ(ExitCodeOf(doctor), ExitCode::kProtectionUntried);
  doctor.add_probes()->set_result(v1::PROBE_RESULT_HOLDS);
  EXPECT_EQ(ExitCodeOf(doctor), ExitCode::kDone);
  doctor.add_probes()->set_result(v1::PROBE_RESULT_OPEN);
  EXPECT_EQ(ExitCodeOf(doctor), ExitCode::kProtectionOpen);
}

}  // namespace
}  // namespace sekisho::cli
