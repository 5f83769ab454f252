// More than a terminal may send, or than it reads: bounded, and nobody else notices.

#include <sqlite3.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "proto/contract/bounds.h"
#include "proto/contract/seal.h"
#include "tests/unit/console/rpc/console_fixture.h"

namespace sekisho::console::testing {
namespace {

using SteadyClock = std::chrono::steady_clock;

class FloodTest : public ConsoleFixture {
 protected:
  // As long as a report may take on a busy test machine; without a flood it is a few milliseconds.
  static constexpr std::chrono::seconds kPatience{3};
  void ExpectQuickReport(TerminalClient& terminal) {
    const auto begin = SteadyClock::now();
    ASSERT_TRUE(terminal.Report({terminal.Record(terminal.NextEvent(v1::EVENT_KIND_RESCAN))}).ok());
    EXPECT_LT(SteadyClock::now() - begin, kPatience);
  }
};

TEST_F(FloodTest, AThousandMessagesAreReadAtTheRateOfOneStreamAndAnotherTerminalIsUnharmed) {
  TerminalClient flood = Enrolled("flood");
  TerminalClient honest = Enrolled("honest");
  ASSERT_TRUE(flood.Connect().ok());
  ASSERT_TRUE(honest.Connect().ok());
  // A status costs the console a signature check, a signature and a read each.
  std::vector<v1::Sealed> statuses;
  for (int i = 0; i < 1000; ++i) statuses.push_back(flood.SealStatus(flood.NextStatus()));
  const auto begin = SteadyClock::now();
  std::jthread writer([&] {
    for (const v1::Sealed& status : statuses) {
      if (!flood.WriteSealed(status)) return;
    }
  });
  std::atomic<int> answered = 0;
  std::jthread reader([&] {
    while (flood.ReadSealed(v1::PURPOSE_BEACON).has_value()) ++answered;
  });
  while (SteadyClock::now() - begin < std::chrono::seconds(3)) ExpectQuickReport(honest);
  // Counted before the time is taken, so that a slow machine only widens the bound.
  const int count = answered;
  const double seconds = std::chrono::duration<double>(SteadyClock::now() - begin).count();
  EXPECT_LE(count, contract::kStreamRate.burst + contract::kStreamRate.per_second * seconds + 2);
  EXPECT_GE(count, contract::kStreamRate.burst) << "slowed down, not shut out";
  flood.Abandon();
}

TEST_F(FloodTest, ATerminalThatDoesNotReadIsToldToResyncInsteadOfAllThatWaited) {
  TerminalClient deaf = Enrolled("deaf");
  TerminalClient honest = Enrolled("honest");
  ASSERT_TRUE(deaf.Connect().ok());
  ASSERT_TRUE(honest.Connect().ok());
  const std::shared_ptr<live::LiveTerminal> live = Live(deaf);
  ASSERT_NE(live, nullptr);
  v1::Sealed large;
  large.set_purpose(v1::PURPOSE_BUNDLE);
  large.set_payload(std::string(contract::kMaxSealedPayload, 'x'));
  const live::Outgoing message = live::MakeOutgoing(large);
  for (int i = 0; i < 1000; ++i) live->link().Send(message);
  ExpectQuickReport(honest);
  int read = 0;
  bool resync = false;
  while (!resync) {
    const std::optional<v1::ConnectResponse> response = deaf.Read();
    ASSERT_TRUE(response.has_value());
    resync = response->has_resync();
    ++read;
  }
  EXPECT_LT(read, 500);
}

TEST_F(FloodTest, ReportsThatDoNotWaitForTheirAcknowledgementsEndTheirStream) {
  TerminalClient hasty = Enrolled("hasty");
  ASSERT_TRUE(hasty.Connect().ok());
  // The disk is busy: nothing can be acknowledged.
  sqlite3* lock = nullptr;
  ASSERT_EQ(sqlite3_open((data_ + "/store.db").c_str(), &lock), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(lock, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  for (std::size_t i = 0; i < contract::kMaxBatchesInFlight + 2; ++i) {
    hasty.WriteSealed(hasty.SealReport({hasty.Record(hasty.NextEvent(v1::EVENT_KIND_RESCAN))}));
  }
  EXPECT_EQ(hasty.Finish().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  sqlite3_close(lock);
}

TEST_F(FloodTest, GarbageAndHugeMessagesEndTheirStreamOnly) {
  TerminalClient honest = Enrolled("honest");
  ASSERT_TRUE(honest.Connect().ok());
  TerminalClient hostile = Enrolled("hostile");
  ASSERT_TRUE(hostile.Connect().ok());
  v1::Sealed garbage;
  garbage.set_purpose(v1::PURPOSE_REPORT);
  garbage.set_payload(std::string(1000, '\xff'));
  hostile.WriteSealed(garbage);
  EXPECT_FALSE(hostile.Finish().ok());
  ASSERT_TRUE(hostile.Connect().ok());
  garbage.set_payload(std::string(512 * 1024, 'x'));
  hostile.WriteSealed(garbage);
  EXPECT_EQ(hostile.Finish().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  ASSERT_TRUE(hostile.Connect().ok());
  garbage.set_payload(std::string(8 * 1024 * 1024, 'x'));
  hostile.WriteSealed(garbage);
  const grpc::Status refused = hostile.Finish();
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_NE(refused.error_message().find("larger than max"), std::string::npos)
      << "by gRPC, before it is all in memory: " << refused.error_message();
  ExpectQuickReport(honest);
}

}  // namespace
}  // namespace sekisho::console::testing
