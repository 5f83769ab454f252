#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/contract/bounds.h"
#include "tests/unit/agent/engine/rig.h"

namespace sekisho::testing {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

class UplinkTest : public ::testing::Test {
 protected:
  UplinkTest() {
    terminal.StartEnrolled();
    terminal.Disconnect();
  }
  void Plug(int times) {
    for (int i = 0; i < times; ++i) {
      terminal.bus.Plug("2-1", Stick("S" + std::to_string(i)));
      terminal.Settle();
    }
  }
  v1::Acknowledgement AckOf(const v1::ReportBatch& batch) const {
    v1::Event last;
    last.ParseFromString(*batch.records().rbegin());
    v1::Acknowledgement ack;
    ack.set_terminal_id(terminal.console.terminal_id);
    ack.set_boot_id(batch.boot_id());
    ack.set_sequence(last.sequence());
    const contract::Sha256 hash = contract::HashOf(*batch.records().rbegin());
    ack.set_record_hash(hash.data(), hash.size());
    return ack;
  }
  void Acknowledge(const v1::Acknowledgement& ack) {
    terminal.FromConsole(terminal.console.SealAcknowledgement(ack));
  }
  Terminal terminal;
};

TEST_F(UplinkTest, EventsWaitForTheLinkAndLeaveInOrderSignedAndChained) {
  Plug(3);
  terminal.Connect();
  std::vector<v1::ReportBatch> reports = terminal.Reports();
  ASSERT_THAT(reports, SizeIs(1));
  std::uint64_t previous = 0;
  for (const std::string& record : reports[0].records()) {
    v1::Event event;
    ASSERT_TRUE(event.ParseFromString(record));
    EXPECT_EQ(event.sequence(), previous + 1);
    previous = event.sequence();
  }
  EXPECT_EQ(previous, terminal.LastStatus().last_sequence());
}

TEST_F(UplinkTest, NothingIsDeletedBeforeItIsAcknowledged) {
  terminal.Connect();
  const std::size_t waiting = terminal.Events().size();
  v1::LinkUp taken;
  taken.mutable_taken()->set_count(100);
  terminal.engine->FromLink(taken);
  EXPECT_THAT(terminal.Events(), SizeIs(waiting)) << "the link's word is no proof of storage";
  Acknowledge(AckOf(terminal.Reports().at(0)));
  EXPECT_THAT(terminal.Events(), IsEmpty());
}

TEST_F(UplinkTest, AForgedAcknowledgementDeletesNothingAndIsReported) {
  terminal.Connect();
  const std::size_t waiting = terminal.Events().size();
  v1::Sealed forged = terminal.console.SealAcknowledgement(AckOf(terminal.Reports().at(0)));
  forged.mutable_signature()->front() ^= 1;
  terminal.FromConsole(forged);
  EXPECT_THAT(terminal.Events(), SizeIs(waiting + 1));
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_ACKNOWLEDGEMENT_REFUSED), SizeIs(1));
}

TEST_F(UplinkTest, AnAcknowledgementOfAnotherHistoryDeletesNothing) {
  terminal.Connect();
  v1::Acknowledgement ack = AckOf(terminal.Reports().at(0));
  ack.mutable_record_hash()->front() ^= 1;  // the console got an altered event
  Acknowledge(ack);
  std::vector<v1::Event> refused = terminal.Events(v1::EVENT_KIND_ACKNOWLEDGEMENT_REFUSED);
  ASSERT_THAT(refused, SizeIs(1));
  EXPECT_EQ(ParameterOf(refused[0], "cause"), "other-hash");
  EXPECT_GT(terminal.Events().size(), 1u);
}

TEST_F(UplinkTest, AnotherTerminalsAcknowledgementDeletesNothing) {
  terminal.Connect();
  v1::Acknowledgement ack = AckOf(terminal.Reports().at(0));
  ack.set_terminal_id("terminal-2");
  Acknowledge(ack);
  EXPECT_GT(terminal.Events().size(), 1u);
}

TEST_F(UplinkTest, AnAcknowledgementOfTheFutureIsReported) {
  terminal.Connect();
  v1::Acknowledgement ack = AckOf(terminal.Reports().at(0));
  ack.set_sequence(100000);
  Acknowledge(ack);
  EXPECT_EQ(ParameterOf(terminal.Events(v1::EVENT_KIND_ACKNOWLEDGEMENT_REFUSED).at(0), "cause"),
            "never-written");
}

TEST_F(UplinkTest, FewBatchesAreInFlight) {
  Plug(400);  // more than four batches of a hundred
  terminal.Connect();
  EXPECT_THAT(terminal.Reports(), SizeIs(contract::kMaxBatchesInFlight));
  for (const v1::ReportBatch& batch : terminal.Reports()) EXPECT_LE(batch.records_size(), 100);
  Acknowledge(AckOf(terminal.Reports().at(0)));
  EXPECT_THAT(terminal.Reports(), SizeIs(contract::kMaxBatchesInFlight + 1));
}

TEST_F(UplinkTest, AfterAReconnectionEverythingUnacknowledgedGoesAgain) {
  Plug(3);
  terminal.Connect();
  const v1::ReportBatch before = terminal.Reports().at(0);
  terminal.Disconnect();
  terminal.Connect();
  EXPECT_EQ(terminal.Reports().at(0).SerializeAsString(), before.SerializeAsString());
}

TEST_F(UplinkTest, AResyncSendsAStatusAndEverythingAgain) {
  terminal.Connect();
  terminal.link.sent.clear();
  v1::LinkUp up;
  up.mutable_resync();
  terminal.engine->FromLink(up);
  terminal.LastStatus();
  EXPECT_THAT(terminal.Reports(), SizeIs(1));
}

TEST_F(UplinkTest, ALinkThatDoesNotReadLosesNothing) {
  Plug(3);
  terminal.link.room = 0;
  terminal.Connect();
  EXPECT_THAT(terminal.link.sent, IsEmpty());
  terminal.link.room = 1000;
  terminal.Advance(std::chrono::minutes(1));
  EXPECT_THAT(terminal.Reports(), SizeIs(1));
}

TEST_F(UplinkTest, EventsOfAnEarlierBootGoFirstInABatchOfTheirOwn) {
  Plug(2);
  terminal.Reboot();
  terminal.Start();
  terminal.Connect();
  std::vector<v1::ReportBatch> reports = terminal.Reports();
  ASSERT_THAT(reports, SizeIs(2));
  EXPECT_NE(reports[0].boot_id(), reports[1].boot_id());
  EXPECT_EQ(reports[1].boot_id(), terminal.clock.BootId());
  terminal.ExpectWholeChain();
}

}  // namespace
}  // namespace sekisho::testing
