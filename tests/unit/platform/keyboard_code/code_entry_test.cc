#include "platform/linux/keyboard_code/code_entry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/input-event-codes.h>

#include <set>
#include <vector>

#include "platform/linux/keyboard_code/code_screen.h"

namespace sekisho::platform {
namespace {

using testing::HasSubstr;
using testing::Not;
using State = CodeEntry::State;

constexpr char kCode[] = "13579024";

State Type(CodeEntry& entry, const std::vector<unsigned>& keys) {
  for (const unsigned key : keys) entry.Press(key);
  return entry.state();
}

const std::vector<unsigned> kRightKeys = {KEY_1, KEY_3, KEY_5, KEY_7,    KEY_9,
                                          KEY_0, KEY_2, KEY_4, KEY_ENTER};
const std::vector<unsigned> kWrongKeys = {KEY_1, KEY_3, KEY_5, KEY_7,    KEY_9,
                                          KEY_0, KEY_2, KEY_5, KEY_ENTER};

TEST(CodeEntryTest, TheCodeAndEnterAreRight) {
  CodeEntry entry(kCode);
  EXPECT_EQ(Type(entry, kRightKeys), State::kRight);
  EXPECT_EQ(entry.attempts(), 1u);
}

TEST(CodeEntryTest, TheKeypadsDigitsAreDigits) {
  CodeEntry entry(kCode);
  EXPECT_EQ(Type(entry, {KEY_KP1, KEY_KP3, KEY_KP5, KEY_KP7, KEY_KP9, KEY_KP0, KEY_KP2, KEY_KP4,
                         KEY_KPENTER}),
            State::kRight);
  CodeEntry others("68686868");
  EXPECT_EQ(
      Type(others, {KEY_6, KEY_8, KEY_KP6, KEY_KP8, KEY_6, KEY_8, KEY_KP6, KEY_KP8, KEY_ENTER}),
      State::kRight);
}

TEST(CodeEntryTest, TheThirdWrongCodeIsTheLast) {
  CodeEntry entry(kCode);
  EXPECT_EQ(Type(entry, kWrongKeys), State::kTyping);
  EXPECT_EQ(Type(entry, kWrongKeys), State::kTyping);
  EXPECT_EQ(Type(entry, kWrongKeys), State::kWrong);
  EXPECT_EQ(entry.attempts(), 3u);
  EXPECT_EQ(Type(entry, kRightKeys), State::kWrong) << "nothing counts after the verdict";
}

TEST(CodeEntryTest, TheThirdMayStillBeRight) {
  CodeEntry entry(kCode);
  Type(entry, kWrongKeys);
  Type(entry, kWrongKeys);
  EXPECT_EQ(Type(entry, kRightKeys), State::kRight);
  EXPECT_EQ(entry.attempts(), 3u);
}

TEST(CodeEntryTest, BackspaceTakesTheLastDigitBack) {
  CodeEntry entry(kCode);
  EXPECT_EQ(Type(entry, {KEY_BACKSPACE, KEY_1, KEY_3, KEY_6, KEY_BACKSPACE}), State::kTyping);
  EXPECT_EQ(entry.typed(), 2u);
  EXPECT_EQ(Type(entry, {KEY_5, KEY_7, KEY_9, KEY_0, KEY_2, KEY_4, KEY_ENTER}), State::kRight);
}

TEST(CodeEntryTest, ACodeWithMoreBehindItIsAnother) {
  CodeEntry entry(kCode);
  Type(entry, {KEY_1, KEY_3, KEY_5, KEY_7, KEY_9, KEY_0, KEY_2, KEY_4, KEY_4, KEY_ENTER});
  EXPECT_EQ(entry.state(), State::kTyping);
  EXPECT_EQ(entry.attempts(), 1u);
  for (int i = 0; i < 1000; ++i) entry.Press(KEY_1);
  EXPECT_EQ(entry.typed(), 16u) << "and no more is kept than the screen has room for";
}

TEST(CodeEntryTest, LettersAndAnEnterOnItsOwnDoNothing) {
  CodeEntry entry(kCode);
  EXPECT_EQ(Type(entry, {KEY_ENTER, KEY_A, KEY_ESC, KEY_MINUS, KEY_SYSRQ, KEY_KPENTER, 60000}),
            State::kTyping);
  EXPECT_EQ(entry.attempts(), 0u);
  EXPECT_EQ(entry.typed(), 0u);
}

TEST(CodeScreenTest, TheScreenShowsTheCodeAndStarsForWhatWasTyped) {
  CodeEntry entry(kCode);
  Type(entry, {KEY_8, KEY_8, KEY_8});
  EXPECT_THAT(ScreenOf(kCode, entry), HasSubstr("1357 9024"));
  EXPECT_THAT(ScreenOf(kCode, entry), HasSubstr("      ***\n"));
  EXPECT_THAT(ScreenOf(kCode, entry), Not(HasSubstr("888")));
  Type(entry, {KEY_ENTER});
  EXPECT_THAT(ScreenOf(kCode, entry), HasSubstr("nokori: 2"));
}

TEST(CodeScreenTest, TheConsolesFontHasEveryLetterOfIt) {
  for (const char each : ScreenOf(kCode, CodeEntry(kCode))) {
    EXPECT_TRUE((each >= ' ' && each <= '~') || each == '\n' || each == '\r' || each == '\033');
  }
}

TEST(CodeScreenTest, EachCodeIsEightDigitsAndAnother) {
  std::set<std::string> drawn;
  for (int i = 0; i < 1000; ++i) {
    const Result<std::string> code = DrawCode();
    ASSERT_TRUE(code.ok());
    EXPECT_EQ(code->size(), kCodeDigits);
    EXPECT_EQ(code->find_first_not_of("0123456789"), std::string::npos);
    drawn.insert(*code);
  }
  // Of 1,000 out of 100,000,000, two alike are seen once in 200 runs; three pairs never.
  EXPECT_GE(drawn.size(), 998u);
}

}  // namespace
}  // namespace sekisho::platform
