#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/agent/engine/rig.h"

namespace sekisho::testing {
namespace {

using engine::Departure;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using namespace std::chrono_literals;

class DepartureTest : public ::testing::Test {
 protected:
  DepartureTest() { terminal.StartEnrolled(); }

  void Ask(Departure::Asking asking) {
    terminal.engine->Leave(asking, [this](const engine::Answer<v1::LocalLeaveReply>& answer) {
      replies.push_back(std::get<v1::LocalLeaveReply>(answer));
    });
    terminal.Settle();
  }
  void Release() {
    v1::Order order;
    order.set_organisation_id(terminal.console.organisation_id);
    order.set_terminal_id(terminal.console.terminal_id);
    order.set_version(1);
    order.set_report_key_id(terminal.console.ReportKeyId());
    order.mutable_issued_at()->set_seconds(terminal.ConsoleSeconds());
    order.mutable_leave();
    terminal.FromConsole(terminal.console.SealOrder(order));
  }

  Terminal terminal;
  std::vector<v1::LocalLeaveReply> replies;
};

TEST_F(DepartureTest, AQuestionAloneIsNoRemoval) {
  Ask(Departure::Asking::kMayI);
  ASSERT_THAT(replies, SizeIs(1));
  EXPECT_FALSE(replies[0].released());
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_REMOVED_UNRELEASED), IsEmpty());
}

TEST_F(DepartureTest, ARemovalWithoutAReleaseIsReportedFirst) {
  Ask(Departure::Asking::kLeaving);
  EXPECT_THAT(replies, IsEmpty()) << "not before the console has it";
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_REMOVED_UNRELEASED), SizeIs(1));
  terminal.AcknowledgeAll();
  ASSERT_THAT(replies, SizeIs(1));
  EXPECT_FALSE(replies[0].released());
  EXPECT_TRUE(replies[0].reported());
}

TEST_F(DepartureTest, AnAcknowledgementOfWhatWasBeforeIsNotOneOfTheRemoval) {
  const std::vector<v1::Event> before = terminal.Events();
  Ask(Departure::Asking::kLeaving);
  terminal.Acknowledge(before.back());
  EXPECT_THAT(replies, IsEmpty());
}

TEST_F(DepartureTest, AnAcknowledgementOfAnEarlierBootIsNotOneOfTheRemoval) {
  for (int i = 0; i < 20; ++i) {
    terminal.bus.Plug("2-1", Stick("A" + std::to_string(i)));
    terminal.Settle();
    terminal.bus.Unplug("2-1");
    terminal.Settle();
  }
  const v1::Event earlier = terminal.Events().back();
  terminal.Reboot();
  terminal.Start();
  terminal.Connect();
  Ask(Departure::Asking::kLeaving);
  ASSERT_LT(terminal.Events().back().sequence(), earlier.sequence());
  terminal.Acknowledge(earlier);
  EXPECT_THAT(replies, IsEmpty());
}

TEST_F(DepartureTest, NobodyIsKeptByAConsoleThatDoesNotAnswer) {
  terminal.Disconnect();
  Ask(Departure::Asking::kLeaving);
  terminal.Advance(9s);
  EXPECT_THAT(replies, IsEmpty());
  terminal.Advance(2s);
  ASSERT_THAT(replies, SizeIs(1));
  EXPECT_FALSE(replies[0].reported());
}

TEST_F(DepartureTest, ARemovalThatCannotBeRecordedKeepsNobodyWaiting) {
  terminal.BreakSpool();
  Ask(Departure::Asking::kLeaving);
  ASSERT_THAT(replies, SizeIs(1)) << "there is nothing that the console could acknowledge";
  EXPECT_FALSE(replies[0].reported());
}

TEST_F(DepartureTest, AskingTwiceIsOneRemoval) {
  Ask(Departure::Asking::kLeaving);
  Ask(Departure::Asking::kLeaving);
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_REMOVED_UNRELEASED), SizeIs(1));
  terminal.AcknowledgeAll();
  EXPECT_THAT(replies, SizeIs(2));
  Ask(Departure::Asking::kLeaving);
  ASSERT_THAT(replies, SizeIs(3));
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_REMOVED_UNRELEASED), IsEmpty()) << "no other";
  EXPECT_TRUE(replies[2].reported());
}

TEST_F(DepartureTest, AReleasedTerminalSaysThatItLeaves) {
  Release();
  EXPECT_TRUE(terminal.engine->Status().may_leave());
  terminal.Restart();
  EXPECT_TRUE(terminal.engine->Status().may_leave()) << "across restarts";
  terminal.Connect();
  Ask(Departure::Asking::kMayI);
  EXPECT_TRUE(replies.at(0).released());
  Ask(Departure::Asking::kLeaving);
  terminal.AcknowledgeAll();
  ASSERT_THAT(replies, SizeIs(2));
  EXPECT_TRUE(replies[1].released());
  EXPECT_TRUE(replies[1].reported());
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_REMOVED_UNRELEASED), IsEmpty());
}

TEST_F(DepartureTest, AReleaseThatCannotBeRecordedIsNone) {
  terminal.BreakSpool();
  Release();
  EXPECT_FALSE(terminal.engine->Status().may_leave());
}

TEST_F(DepartureTest, ATerminalThatIsNobodysIsKeptByNobody) {
  Terminal fresh;
  fresh.Start();
  bool answered = false;
  fresh.engine->Leave(Departure::Asking::kLeaving, [&](const auto&) { answered = true; });
  EXPECT_TRUE(answered);
}

}  // namespace
}  // namespace sekisho::testing
