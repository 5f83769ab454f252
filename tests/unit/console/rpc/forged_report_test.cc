// What a terminal's link, or whoever holds its keys, could try.

#include <atomic>
#include <functional>

#include "proto/contract/seal.h"
#include "tests/unit/console/rpc/console_fixture.h"

namespace sekisho::console::testing {
namespace {

class ForgedReportTest : public ConsoleFixture {
 protected:
  v1::ReportBatch Batch(TerminalClient& terminal) {
    v1::ReportBatch batch;
    batch.set_terminal_id(terminal.terminal_id());
    batch.set_boot_id(terminal.boot_id);
    batch.add_records(terminal.Record(terminal.NextEvent(v1::EVENT_KIND_RESCAN)));
    batch.add_records(terminal.Record(terminal.NextEvent(v1::EVENT_KIND_RESCAN)));
    return batch;
  }
  // As the terminal itself seals.
  v1::Sealed Seal(const TerminalClient& terminal, const v1::ReportBatch& batch) {
    return contract::Seal(terminal.report_key(), terminal.organisation_id(), v1::PURPOSE_REPORT,
                          batch.SerializeAsString());
  }
};

struct Forgery {
  const char* name;
  std::function<v1::Sealed(TerminalClient&, const TerminalClient& other)> make;
};

TEST_F(ForgedReportTest, EveryForgeryEndsItsStreamStoresNothingAndIsAnEvent) {
  const std::vector<Forgery> forgeries = {
      {"another terminal's key",
       [&](TerminalClient& terminal, const TerminalClient& other) {
         return contract::Seal(other.report_key(), terminal.organisation_id(), v1::PURPOSE_REPORT,
                               Batch(terminal).SerializeAsString());
       }},
      {"an altered payload",
       [&](TerminalClient& terminal, const TerminalClient&) {
         v1::Sealed sealed = Seal(terminal, Batch(terminal));
         sealed.mutable_payload()->back() ^= 1;
         return sealed;
       }},
      {"no signature",
       [&](TerminalClient& terminal, const TerminalClient&) {
         v1::Sealed sealed = Seal(terminal, Batch(terminal));
         sealed.clear_signature();
         return sealed;
       }},
      {"signed for another organisation",
       [&](TerminalClient& terminal, const TerminalClient&) {
         return contract::Seal(terminal.report_key(), "another organisation", v1::PURPOSE_REPORT,
                               Batch(terminal).SerializeAsString());
       }},
      {"signed as a status",
       [&](TerminalClient& terminal, const TerminalClient&) {
         v1::Sealed sealed =
             contract::Seal(terminal.report_key(), terminal.organisation_id(), v1::PURPOSE_STATUS,
                            Batch(terminal).SerializeAsString());
         sealed.set_purpose(v1::PURPOSE_REPORT);
         return sealed;
       }},
      {"a console's word",
       [&](TerminalClient& terminal, const TerminalClient&) {
         return contract::Seal(terminal.report_key(), terminal.organisation_id(), v1::PURPOSE_GRANT,
                               Batch(terminal).SerializeAsString());
       }},
      {"in another terminal's name",
       [&](TerminalClient& terminal, const TerminalClient& other) {
         v1::ReportBatch batch = Batch(terminal);
         batch.set_terminal_id(other.terminal_id());
         return Seal(terminal, batch);
       }},
      {"as the console's own event",
       [&](TerminalClient& terminal, const TerminalClient&) {
         terminal.boot_id = "console";
         return Seal(terminal, Batch(terminal));
       }},
      {"a record of another boot",
       [&](TerminalClient& terminal, const TerminalClient&) {
         v1::ReportBatch batch = Batch(terminal);
         batch.set_boot_id("5f0c6f0e-3f3e-4b0f-9d5a-00000000000f");
         return Seal(terminal, batch);
       }},
      {"records out of order",
       [&](TerminalClient& terminal, const TerminalClient&) {
         v1::ReportBatch batch = Batch(terminal);
         batch.mutable_records()->SwapElements(0, 1);
         return Seal(terminal, batch);
       }},
  };
  const TerminalClient other = Enrolled("other");
  std::size_t refused = 0;
  for (const Forgery& forgery : forgeries) {
    SCOPED_TRACE(forgery.name);
    TerminalClient terminal = Enrolled("madoguchi-" + std::to_string(refused));
    ASSERT_TRUE(terminal.Connect().ok());
    terminal.WriteSealed(forgery.make(terminal, other));
    const grpc::StatusCode code = terminal.Finish().error_code();
    EXPECT_TRUE(code == grpc::StatusCode::PERMISSION_DENIED ||
                code == grpc::StatusCode::INVALID_ARGUMENT)
        << code;
    EXPECT_TRUE(Events(v1::EVENT_KIND_RESCAN).empty());
    const std::vector<v1::StoredEvent> events = Events(v1::EVENT_KIND_REPORT_REFUSED);
    ASSERT_EQ(events.size(), ++refused);
    EXPECT_EQ(events.back().terminal_id(), terminal.terminal_id());
    EXPECT_TRUE(Enrolled("honest").Connect().ok()) << "the others go on";
  }
}

TEST_F(ForgedReportTest, AnInventedStatusEndsItsStreamChangesNothingAndIsAnEvent) {
  const auto sealed = [](const contract::PrivateKey& key, const TerminalClient& terminal,
                         v1::Purpose purpose, const v1::Status& status) {
    return contract::Seal(key, terminal.organisation_id(), purpose, status.SerializeAsString());
  };
  const std::vector<Forgery> forgeries = {
      {"by a link that has no report key",
       [&](TerminalClient& terminal, const TerminalClient&) {
         return sealed(contract::PrivateKey::Generate(), terminal, v1::PURPOSE_STATUS,
                       terminal.NextStatus());
       }},
      {"with another terminal's key",
       [&](TerminalClient& terminal, const TerminalClient& other) {
         return sealed(other.report_key(), terminal, v1::PURPOSE_STATUS, terminal.NextStatus());
       }},
      {"altered on the way",
       [&](TerminalClient& terminal, const TerminalClient&) {
         v1::Sealed altered = terminal.SealStatus(terminal.NextStatus());
         altered.mutable_payload()->back() ^= 1;
         return altered;
       }},
      {"in another terminal's name",
       [&](TerminalClient& terminal, const TerminalClient& other) {
         v1::Status status = terminal.NextStatus();
         status.set_terminal_id(other.terminal_id());
         return sealed(terminal.report_key(), terminal, v1::PURPOSE_STATUS, status);
       }},
      {"signed as a report",
       [&](TerminalClient& terminal, const TerminalClient&) {
         v1::Sealed status =
             sealed(terminal.report_key(), terminal, v1::PURPOSE_REPORT, terminal.NextStatus());
         status.set_purpose(v1::PURPOSE_STATUS);
         return status;
       }},
  };
  const TerminalClient other = Enrolled("other");
  std::size_t refused = 0;
  for (const Forgery& forgery : forgeries) {
    SCOPED_TRACE(forgery.name);
    const std::string name = "madoguchi-" + std::to_string(refused);
    TerminalClient terminal = Enrolled(name);
    ASSERT_TRUE(terminal.Connect().ok());
    const std::shared_ptr<live::LiveTerminal> live = Live(terminal);
    ASSERT_NE(live, nullptr);
    terminal.WriteSealed(forgery.make(terminal, other));
    EXPECT_EQ(terminal.Finish().error_code(), grpc::StatusCode::PERMISSION_DENIED);
    EXPECT_FALSE(live->status().has_value());
    EXPECT_EQ(Events(v1::EVENT_KIND_REPORT_REFUSED).size(), ++refused);
  }
}

TEST_F(ForgedReportTest, ManyForgeriesAreOneEventAMinute) {
  std::atomic<int> minutes = 0;
  const Clock real = clock_;
  Stop();
  clock_.steady = [&minutes, real] { return real.steady() + std::chrono::minutes(minutes); };
  Start();
  TerminalClient terminal = Enrolled("madoguchi-1");
  const auto forge = [&] {
    ASSERT_TRUE(terminal.Connect().ok());
    v1::Sealed sealed = Seal(terminal, Batch(terminal));
    sealed.clear_signature();
    terminal.WriteSealed(sealed);
    EXPECT_FALSE(terminal.Finish().ok());
  };
  for (int i = 0; i < 5; ++i) forge();
  EXPECT_EQ(Events(v1::EVENT_KIND_REPORT_REFUSED).size(), 1u);
  minutes = 1;
  forge();
  EXPECT_EQ(Events(v1::EVENT_KIND_REPORT_REFUSED).size(), 2u);
}

TEST_F(ForgedReportTest, HistoryThatItsOwnTerminalRewritesStaysAsItWasAndIsAnAlarm) {
  TerminalClient terminal = Enrolled("madoguchi-1");
  ASSERT_TRUE(terminal.Connect().ok());
  v1::Event blocked = terminal.NextEvent(v1::EVENT_KIND_DEVICE_BLOCKED);
  ASSERT_TRUE(terminal.Report({terminal.Record(blocked)}).ok());
  // The same sequence, signed by the right key: nothing had happened, it says now.
  blocked.set_kind(v1::EVENT_KIND_RESCAN);
  ASSERT_TRUE(terminal.Report({terminal.Record(blocked)}).ok());
  EXPECT_EQ(Events(v1::EVENT_KIND_DEVICE_BLOCKED).size(), 1u);
  EXPECT_TRUE(Events(v1::EVENT_KIND_RESCAN).empty());
  EXPECT_EQ(Events(v1::EVENT_KIND_CHAIN_BROKEN).size(), 1u);
}

TEST_F(ForgedReportTest, ARecordThatWasLeftOutIsAnAlarm) {
  TerminalClient terminal = Enrolled("madoguchi-1");
  ASSERT_TRUE(terminal.Connect().ok());
  ASSERT_TRUE(terminal.Report({terminal.Record(terminal.NextEvent(v1::EVENT_KIND_RESCAN))}).ok());
  terminal.Record(terminal.NextEvent(v1::EVENT_KIND_DEVICE_BLOCKED));
  ASSERT_TRUE(terminal.Report({terminal.Record(terminal.NextEvent(v1::EVENT_KIND_RESCAN))}).ok());
  EXPECT_EQ(Events(v1::EVENT_KIND_RESCAN).size(), 2u);
  EXPECT_EQ(Events(v1::EVENT_KIND_CHAIN_BROKEN).size(), 1u);
}

}  // namespace
}  // namespace sekisho::console::testing
