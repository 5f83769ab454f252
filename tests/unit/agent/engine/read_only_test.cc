// What is admitted for reading is read and nothing else, or is not opened.
#include <algorithm>
#include <cerrno>
#include <iterator>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/agent/engine/medium_rig.h"

namespace sekisho::testing {
namespace {

using platform::GuardState;
using platform::MediumAccess;
using platform::MediumNode;
using platform::MediumRefusal;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using namespace std::chrono_literals;

class ReadOnlyTest : public MediumTest {};

TEST_F(ReadOnlyTest, AReadOnlyGrantIsAttackedBeforeItIsAnnounced) {
  terminal.StartEnrolled();
  PlugStick();
  GrantReadOnly("2-1");
  EXPECT_TRUE(terminal.bus.Authorised("2-1"));
  std::vector<std::string> announced_before_the_attack;
  terminal.medium_hold.WhenRefused([&](const MediumNode&, int) {
    std::ranges::copy_if(guard.effects(), std::back_inserter(announced_before_the_attack),
                         [](const std::string& each) { return each.starts_with("announce"); });
  });
  ShowDisk();
  EXPECT_TRUE(guard.WouldOpen(kDisk, MediumAccess::kReadOnly));
  EXPECT_FALSE(guard.WouldOpen(kDisk, MediumAccess::kReadWrite));
  EXPECT_FALSE(guard.Admitted(kGeneric)) << "commands that write go through it";
  EXPECT_THAT(terminal.medium_hold.effects(), ElementsAre("try sdb"));
  EXPECT_TRUE(announced_before_the_attack.empty());
  EXPECT_THAT(guard.effects(), Contains("announce sdb"));
  const std::vector<v1::Event> opened = terminal.Events(v1::EVENT_KIND_MEDIUM_OPENED);
  ASSERT_THAT(opened, SizeIs(1));
  EXPECT_EQ(ParameterOf(opened[0], "action"), "read_only");
  EXPECT_EQ(ParameterOf(opened[0], "proof"), "raw: open for writing: not permitted");
  terminal.Advance(2min);
  EXPECT_FALSE(guard.Admitted(kDisk));
}

TEST_F(ReadOnlyTest, AReadOnlyThatDoesNotHoldIsShutAndToldAndNotTriedAgain) {
  terminal.StartEnrolled();
  PlugStick();
  terminal.medium_hold.Leak("sdb");
  GrantReadOnly("2-1");
  ShowDisk();
  EXPECT_FALSE(guard.Admitted(kDisk));
  const std::vector<v1::Event> broken = terminal.Events(v1::EVENT_KIND_READ_ONLY_BROKEN);
  ASSERT_THAT(broken, SizeIs(1));
  EXPECT_EQ(ParameterOf(broken[0], "node"), "sdb");
  EXPECT_EQ(ParameterOf(broken[0], "how"), "raw: write of 512 bytes");
  EXPECT_FALSE(terminal.bus.Authorised("2-1")) << "the whole device";
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_MEDIUM_OPENED), IsEmpty());
  EXPECT_THAT(guard.effects(), Not(Contains("announce sdb")));
  terminal.Advance(61s);
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_READ_ONLY_BROKEN), SizeIs(1));
}

TEST_F(ReadOnlyTest, AMediumThatCannotBeTriedIsNotOpenedReadOnly) {
  terminal.StartEnrolled();
  PlugStick();
  GrantReadOnly("2-1");
  terminal.medium_hold.FailNext("TryToWrite", ETIMEDOUT);
  ShowDisk();
  EXPECT_FALSE(guard.Admitted(kDisk));
  EXPECT_THAT(guard.effects(), Not(Contains("announce sdb")));
}

TEST_F(ReadOnlyTest, OurOwnAttemptToWriteIsNoRefusal) {
  terminal.StartEnrolled();
  PlugStick();
  GrantReadOnly("2-1");
  terminal.medium_hold.WhenRefused([&](const MediumNode& node, int pid) {
    guard.Try(node, MediumRefusal::Operation::kWrite, pid, 0, "sekisho-agentd");
    guard.Try(node, MediumRefusal::Operation::kCommand, pid, 0, "sekisho-agentd");
  });
  ShowDisk();
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_MEDIUM_REFUSED), IsEmpty());
  // The number of a process that ended is given out again.
  guard.Try(kDisk, MediumRefusal::Operation::kWrite, platform::fake::FakeMediumHold::kPid, 0,
            "sekisho-agentd");
  terminal.Settle();
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_MEDIUM_REFUSED), SizeIs(1));
}

TEST_F(ReadOnlyTest, NobodyHidesBehindOurOwnAttemptToWrite) {
  terminal.StartEnrolled();
  PlugStick();
  GrantReadOnly("2-1");
  terminal.medium_hold.WhenRefused([&](const MediumNode& node, int pid) {
    for (int i = 0; i < 2; ++i) {  // ours, and root's under our name: the guard counts them as one
      guard.Try(node, MediumRefusal::Operation::kWrite, pid, 0, "sekisho-agentd");
    }
  });
  ShowDisk();
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_MEDIUM_REFUSED), SizeIs(1));
}

TEST_F(ReadOnlyTest, MountingToWriteWhatIsThenMountedToReadIsNoRefusal) {
  terminal.StartEnrolled();
  PlugStick();
  GrantReadOnly("2-1");
  ShowDisk();
  guard.Try(kDisk, MediumRefusal::Operation::kMount, 99, 0, "udisksd");
  terminal.Settle();
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_MEDIUM_REFUSED), IsEmpty());
}

TEST_F(ReadOnlyTest, ReadOnlyIsRefusedWhereNothingHoldsIt) {
  guard.SetState(GuardState::kUnsupported);
  terminal.StartEnrolled();
  PlugStick();
  GrantReadOnly("2-1");
  const std::vector<v1::Event> refused = terminal.Events(v1::EVENT_KIND_GRANT_REFUSED);
  ASSERT_THAT(refused, SizeIs(1));
  EXPECT_EQ(ParameterOf(refused[0], "cause"), "action_unavailable");
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
}

TEST_F(ReadOnlyTest, ReadOnlyIsNotPromisedOfWhatIsMoreThanADisk) {
  terminal.StartEnrolled();
  terminal.bus.Plug("2-1", KeyboardWithStorage());
  terminal.Settle();
  GrantReadOnly("2-1");
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  EXPECT_EQ(Listed("2-1")->verdict().reason(), v1::VERDICT_REASON_READ_ONLY_UNAVAILABLE);
}

TEST_F(ReadOnlyTest, WhatWasOpenToWriteIsShutBeforeItIsReadOnly) {
  terminal.StartEnrolled();
  AllowStorage(v1::ACTION_ALLOW, 2);
  PlugStick();
  ShowDisk();
  ASSERT_TRUE(guard.WouldOpen(kDisk, MediumAccess::kReadWrite));
  terminal.media.Mount("2-1");
  AllowStorage(v1::ACTION_READ_ONLY, 3);
  EXPECT_FALSE(terminal.media.Mounted("2-1"));
  EXPECT_THAT(terminal.bus.effects(), Contains("deauthorise 2-1"));
  EXPECT_TRUE(terminal.bus.Authorised("2-1"));
  ShowDisk();  // it comes with its driver, anew
  EXPECT_TRUE(guard.WouldOpen(kDisk, MediumAccess::kReadOnly));
  EXPECT_FALSE(guard.WouldOpen(kDisk, MediumAccess::kReadWrite));
}

}  // namespace
}  // namespace sekisho::testing
