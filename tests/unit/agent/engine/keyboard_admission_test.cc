// A keyboard that nobody knows is let in by the code on the screen: when, which, how often, and for
// how long.
#include <cerrno>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/agent/engine/rig.h"

namespace sekisho::testing {
namespace {

using platform::KeyboardCode;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr InterfaceCode kOtherHid{0x03, 0x00, 0x00};
constexpr InterfaceCode kBootMouse{0x03, 0x01, 0x02};

platform::DeviceFacts Typing(const std::vector<InterfaceCode>& interfaces, std::string serial) {
  platform::DeviceFacts facts;
  facts.descriptors = Descriptors(0x04d9, 0x1503, interfaces);
  facts.serial = std::move(serial);
  facts.product = "Another keyboard";
  return facts;
}

platform::DeviceFacts Replacement(std::string serial = "R1") {
  return Typing({kBootKeyboard, kOtherHid}, std::move(serial));
}

class KeyboardAdmissionTest : public ::testing::Test {
 protected:
  KeyboardAdmissionTest() {
    terminal.keyboard_code = &screen;
    terminal.StartEnrolled();
  }
  ~KeyboardAdmissionTest() override { terminal.Kill(); }

  void Plug(const std::string& port_path, platform::DeviceFacts facts) {
    terminal.bus.Plug(port_path, std::move(facts));
    terminal.Settle();
  }
  void Unplug(const std::string& port_path) {
    terminal.bus.Unplug(port_path);
    terminal.Settle();
  }
  // The console has not been reached for long enough.
  void LoseTheConsole() {
    terminal.Disconnect();
    terminal.Advance(seconds(31));
  }
  void Show() {
    screen.Show();
    terminal.Settle();
  }
  void Judge(KeyboardCode::Verdict verdict, unsigned attempts) {
    screen.Judge(verdict, attempts);
    terminal.Settle();
  }
  // Plugged in, asked for the code, and right.
  void AdmitAt(const std::string& port_path) {
    LoseTheConsole();
    Plug(port_path, Replacement());
    Show();
    Judge(KeyboardCode::Verdict::kRight, 1);
    ASSERT_TRUE(terminal.bus.Authorised(port_path));
  }
  std::vector<v1::Event> Failures() { return terminal.Events(v1::EVENT_KIND_KEYBOARD_CODE_FAILED); }
  std::vector<v1::Event> Admissions() { return terminal.Events(v1::EVENT_KIND_KEYBOARD_ADMITTED); }

  platform::fake::FakeKeyboardCode screen;
  Terminal terminal;
};

TEST_F(KeyboardAdmissionTest, TheRightCodeLetsTheKeyboardInAndGivesTheScreenBack) {
  Plug("2-1", Replacement());
  EXPECT_THAT(screen.asked(), IsEmpty()) << "the office is there to be asked";
  LoseTheConsole();
  ASSERT_THAT(screen.asked(), ElementsAre("2-1"));
  EXPECT_FALSE(terminal.bus.Authorised("2-1")) << "not before the screen is taken";
  Show();
  EXPECT_TRUE(terminal.bus.Authorised("2-1"));
  EXPECT_THAT(Admissions(), IsEmpty());
  Judge(KeyboardCode::Verdict::kRight, 2);
  EXPECT_FALSE(screen.UnderWay());
  EXPECT_TRUE(terminal.bus.Authorised("2-1"));
  ASSERT_THAT(Admissions(), SizeIs(1));
  EXPECT_EQ(ParameterOf(Admissions()[0], "attempts"), "2");
  EXPECT_EQ(Admissions()[0].device().serial(), "R1");
  EXPECT_THAT(*terminal.boot_rules.Installed(), IsEmpty()) << "never adopted";
  terminal.ExpectWholeChain();
}

TEST_F(KeyboardAdmissionTest, WhatIsAskedForTheCodeIsRecordedBeforeItIsLetIn) {
  LoseTheConsole();
  Plug("2-1", Replacement());
  std::size_t allowed = 0;
  terminal.bus.BeforeNext("Authorise",
                          [&] { allowed = terminal.Events(v1::EVENT_KIND_DEVICE_ALLOWED).size(); });
  Show();
  EXPECT_EQ(allowed, 1u);
  const auto events = terminal.Events(v1::EVENT_KIND_DEVICE_ALLOWED);
  ASSERT_THAT(events, SizeIs(1)) << "and once";
  EXPECT_EQ(ParameterOf(events[0], "by"), "keyboard-code");
}

TEST_F(KeyboardAdmissionTest, ADiskThatFillsUpMeanwhileLetsNothingIn) {
  LoseTheConsole();
  Plug("2-1", Replacement());
  terminal.BreakSpool();
  Show();
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  EXPECT_FALSE(screen.UnderWay());
}

TEST_F(KeyboardAdmissionTest, ARightCodeThatCannotBeRecordedLetsNothingIn) {
  LoseTheConsole();
  Plug("2-1", Replacement());
  Show();
  terminal.BreakSpool();
  Judge(KeyboardCode::Verdict::kRight, 1);
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  EXPECT_FALSE(screen.UnderWay());
}

TEST_F(KeyboardAdmissionTest, AWrongCodeShutsItBeforeItsKeysAreLetGo) {
  for (const auto verdict : {KeyboardCode::Verdict::kWrong, KeyboardCode::Verdict::kLate}) {
    Terminal another;
    platform::fake::FakeKeyboardCode other_screen;
    another.keyboard_code = &other_screen;
    another.StartEnrolled();
    another.Disconnect();
    another.bus.Plug("2-1", Replacement());
    another.Advance(seconds(31));
    bool open_when_let_go = true;
    other_screen.WhenLetGo([&] { open_when_let_go = another.bus.Authorised("2-1"); });
    other_screen.Show();
    another.Settle();
    EXPECT_TRUE(another.bus.Authorised("2-1"));
    other_screen.Judge(verdict, 3);
    another.Settle();
    EXPECT_FALSE(open_when_let_go);
    EXPECT_FALSE(another.bus.Authorised("2-1"));
    const auto failures = another.Events(v1::EVENT_KIND_KEYBOARD_CODE_FAILED);
    ASSERT_THAT(failures, SizeIs(1));
    EXPECT_EQ(ParameterOf(failures[0], "attempts"), "3");
    EXPECT_THAT(another.Events(v1::EVENT_KIND_KEYBOARD_ADMITTED), IsEmpty());
    another.Kill();
  }
}

TEST_F(KeyboardAdmissionTest, KeysAreHeldUntilADeviceThatWillNotBeShutIsShut) {
  LoseTheConsole();
  Plug("2-1", Replacement());
  Show();
  terminal.bus.FailNext("Deauthorise", EIO);
  terminal.bus.FailNext("CutPort", EIO);
  Judge(KeyboardCode::Verdict::kWrong, 3);
  ASSERT_TRUE(terminal.bus.Authorised("2-1"));
  EXPECT_TRUE(screen.UnderWay());
  terminal.Advance(minutes(1));  // tried again
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  EXPECT_FALSE(screen.UnderWay());
  EXPECT_THAT(Failures(), SizeIs(1));
}

TEST_F(KeyboardAdmissionTest, OneThatFailedIsNotAskedAgainUntilItIsPluggedInAnew) {
  LoseTheConsole();
  Plug("2-1", Replacement());
  Show();
  Judge(KeyboardCode::Verdict::kWrong, 3);
  terminal.Advance(minutes(10));
  EXPECT_THAT(screen.asked(), SizeIs(1));
  Unplug("2-1");
  Plug("2-1", Replacement());
  EXPECT_THAT(screen.asked(), SizeIs(2));
}

TEST_F(KeyboardAdmissionTest, AnHourSeesThreeRoundsWhateverIsPluggedIn) {
  LoseTheConsole();
  for (int i = 0; i < 5; ++i) {
    Plug("2-1", Replacement("N" + std::to_string(i)));
    Show();
    Judge(KeyboardCode::Verdict::kLate, 0);
    Unplug("2-1");
  }
  EXPECT_THAT(screen.asked(), SizeIs(3));
  Plug("2-1", Replacement());
  terminal.Advance(minutes(58));
  EXPECT_THAT(screen.asked(), SizeIs(3));
  terminal.Advance(minutes(2));
  EXPECT_THAT(screen.asked(), SizeIs(4)) << "without anybody doing anything";
}

TEST_F(KeyboardAdmissionTest, AnAgentdThatStartsAnewCountsOn) {
  LoseTheConsole();
  for (int i = 0; i < 3; ++i) {
    Plug("2-1", Replacement("N" + std::to_string(i)));
    Show();
    Judge(KeyboardCode::Verdict::kWrong, 3);
    Unplug("2-1");
  }
  terminal.Restart();
  Plug("2-1", Replacement());
  terminal.Advance(minutes(5));
  EXPECT_THAT(screen.asked(), SizeIs(3));
  terminal.Reboot();
  terminal.Start();
  terminal.Advance(seconds(31));
  EXPECT_THAT(screen.asked(), SizeIs(4)) << "another boot's clock counts another boot's rounds";
}

TEST_F(KeyboardAdmissionTest, AConsoleThatIsOnlyRestartedIsNoReasonToAsk) {
  Plug("2-1", Replacement());
  terminal.Disconnect();
  terminal.Advance(seconds(29));
  EXPECT_THAT(screen.asked(), IsEmpty());
  terminal.Connect();
  terminal.Advance(minutes(5));
  EXPECT_THAT(screen.asked(), IsEmpty());
}

TEST_F(KeyboardAdmissionTest, WhoeverHasSomethingElseToTypeOnIsNotAsked) {
  Plug("2-2", Keyboard());
  (void)terminal.engine->Adopt({"2-2"});
  terminal.Settle();
  ASSERT_TRUE(terminal.bus.Authorised("2-2"));
  LoseTheConsole();
  Plug("2-1", Replacement());
  terminal.Advance(minutes(5));
  EXPECT_THAT(screen.asked(), IsEmpty());
  Unplug("2-2");
  EXPECT_THAT(screen.asked(), ElementsAre("2-1")) << "now it is all there is";
}

TEST_F(KeyboardAdmissionTest, ALaptopsOwnKeyboardIsSomethingToTypeOn) {
  screen.Have(KeyboardCode::OtherKeyboards::kSome);
  LoseTheConsole();
  Plug("2-1", Replacement());
  terminal.Advance(minutes(5));
  EXPECT_THAT(screen.asked(), IsEmpty());
}

TEST_F(KeyboardAdmissionTest, OnlyWhatIsNothingButInputIsAsked) {
  LoseTheConsole();
  Plug("2-1", Typing({kBootKeyboard, kBulkStorage}, "A"));
  Plug("2-2", Typing({kBootMouse}, "B"));
  Plug("2-3", Typing({kOtherHid}, "C"));
  Plug("2-4", Typing({kBootKeyboard, {0xff, 0, 0}}, "D"));
  Plug("1-1", Typing({kBootKeyboard, kHubInterface}, "E"));
  terminal.Advance(minutes(5));
  EXPECT_THAT(screen.asked(), IsEmpty());
  Plug("1-2", Typing({kBootKeyboard, kBootMouse, kOtherHid}, "F"));
  EXPECT_THAT(screen.asked(), ElementsAre("1-2"));
}

TEST_F(KeyboardAdmissionTest, WhatHasChangedWhatItIsIsNotAsked) {
  Plug("2-1", Stick("S1"));
  terminal.bus.Alter("2-1", Replacement());
  terminal.Settle();
  LoseTheConsole();
  terminal.Advance(minutes(5));
  EXPECT_THAT(screen.asked(), IsEmpty());
}

TEST_F(KeyboardAdmissionTest, WhatChangesWhileItIsAskedIsOut) {
  LoseTheConsole();
  Plug("2-1", Replacement());
  Show();
  terminal.bus.Alter("2-1", KeyboardWithStorage());
  terminal.Settle();
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  EXPECT_FALSE(screen.UnderWay());
  EXPECT_THAT(Failures(), SizeIs(1));
}

TEST_F(KeyboardAdmissionTest, OneThatTookItsPlaceMeanwhileIsNotTheOneThatWasAsked) {
  LoseTheConsole();
  Plug("2-1", Replacement());
  Show();
  terminal.bus.Swap("2-1", Replacement());
  screen.Judge(KeyboardCode::Verdict::kRight, 1);
  terminal.Settle();
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
}

TEST_F(KeyboardAdmissionTest, UnpluggedItIsForgotten) {
  AdmitAt("2-1");
  Unplug("2-1");
  Plug("2-1", Replacement());
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  EXPECT_THAT(screen.asked(), SizeIs(2)) << "asked again";
}

TEST_F(KeyboardAdmissionTest, AnAgentdThatStartsAnewLeavesItOpen) {
  AdmitAt("2-1");
  terminal.Restart();
  terminal.Advance(minutes(5));
  EXPECT_TRUE(terminal.bus.Authorised("2-1"));
  EXPECT_THAT(screen.asked(), SizeIs(1));
}

TEST_F(KeyboardAdmissionTest, OneThatWasPluggedInWhileAgentdWasDownIsAnother) {
  AdmitAt("2-1");
  terminal.Kill();
  terminal.bus.SetNewDevices(platform::fake::NewDevices::kDenied);
  terminal.bus.Swap("2-1", Replacement());
  terminal.Start();
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
}

TEST_F(KeyboardAdmissionTest, TheNextBootRefusesItEvenIfItComesUpOpen) {
  AdmitAt("2-1");
  terminal.Reboot();
  terminal.bus.SetAuthorised("2-1", true);
  terminal.Start();
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
}

TEST_F(KeyboardAdmissionTest, AnAgentdThatDiedInTheMiddleShutsFirstAndThenGivesBackTheScreen) {
  LoseTheConsole();
  Plug("2-1", Replacement());
  Show();
  terminal.Kill();
  ASSERT_TRUE(terminal.bus.Authorised("2-1"));
  const std::size_t before = screen.log().size();
  terminal.Start();
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  EXPECT_EQ(screen.log().size(), before + 1);
}

TEST_F(KeyboardAdmissionTest, AnAgentdThatEndsShutsWhatIsNotAdmittedYet) {
  LoseTheConsole();
  Plug("2-1", Replacement());
  Show();
  terminal.engine->Stop();
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  EXPECT_FALSE(screen.UnderWay());
}

TEST_F(KeyboardAdmissionTest, AScreenThatIsNotToBeHadIsTriedAgainAMinuteLater) {
  LoseTheConsole();
  Plug("2-1", Replacement());
  screen.Fail(EBUSY);
  terminal.Settle();
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  EXPECT_THAT(Failures(), IsEmpty()) << "nobody was shown a code";
  terminal.Advance(seconds(59));
  EXPECT_THAT(screen.asked(), SizeIs(1));
  terminal.Advance(seconds(2));
  EXPECT_THAT(screen.asked(), SizeIs(2));
}

TEST_F(KeyboardAdmissionTest, AWorkerThatDiesLetsNothingIn) {
  LoseTheConsole();
  Plug("2-1", Replacement());
  Show();
  screen.Fail(ECHILD);
  terminal.Settle();
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  EXPECT_THAT(Failures(), SizeIs(1));
}

TEST_F(KeyboardAdmissionTest, ATerminalThatObservesAsksNobody) {
  terminal.boot_control.Install({platform::BootMode::kObserve, seconds(900)});
  terminal.Reboot();
  terminal.Start();
  terminal.Advance(seconds(31));
  Plug("2-1", Replacement());
  terminal.bus.SetAuthorised("2-1", false);  // by root, who may have a reason
  terminal.Settle();
  EXPECT_THAT(screen.asked(), IsEmpty());
}

TEST_F(KeyboardAdmissionTest, AnOrderThatAdoptsItMeanwhileHoldsWhateverIsTyped) {
  LoseTheConsole();
  Plug("2-1", Replacement());
  Show();
  (void)terminal.engine->Adopt({"2-1"});
  terminal.Settle();
  Judge(KeyboardCode::Verdict::kWrong, 3);
  EXPECT_TRUE(terminal.bus.Authorised("2-1"));
  EXPECT_FALSE(screen.UnderWay());
}

TEST_F(KeyboardAdmissionTest, TheSecondKeyboardWaitsForTheFirst) {
  LoseTheConsole();
  Plug("2-1", Replacement("R1"));
  Plug("2-2", Replacement("R2"));
  EXPECT_THAT(screen.asked(), ElementsAre("2-1"));
  Show();
  Judge(KeyboardCode::Verdict::kWrong, 3);
  EXPECT_THAT(screen.asked(), ElementsAre("2-1", "2-2"));
}

}  // namespace
}  // namespace sekisho::testing
