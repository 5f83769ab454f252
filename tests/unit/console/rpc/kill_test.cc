// The real program, killed with SIGKILL again and again in the middle of several terminals'
// reports.

#include <atomic>
#include <chrono>
#include <map>
#include <random>
#include <thread>

#include "console/ids.h"
#include "tests/unit/console/rpc/console_fixture.h"
#include "tests/unit/console/rpc/console_program.h"

namespace sekisho::console::testing {
namespace {

constexpr std::size_t kRecordsPerBatch = 20;
constexpr std::size_t kBatchesInFlight = 4;

// A terminal that does with its records what agentd does with its spool: keeps what is not
// acknowledged, and after a reconnect sends again from the oldest of that. What was acknowledged it
// never sends again, so that a record lost by the console stays lost.
class Reporter {
 public:
  explicit Reporter(TerminalClient terminal) : terminal_(std::move(terminal)) {}

  // Reports until the stream ends, or all of `goal` records are acknowledged.
  void Run(int port, std::size_t goal) {
    terminal_.MoveTo(port);
    if (!terminal_.Connect().ok()) return;
    std::size_t next = acknowledged_;
    while (acknowledged_ < goal) {
      while (next < goal && next - acknowledged_ < kBatchesInFlight * kRecordsPerBatch) {
        if (!terminal_.WriteSealed(terminal_.SealReport(Batch(next)))) return;
        next += kRecordsPerBatch;
      }
      absl::StatusOr<v1::Acknowledgement> answer = terminal_.ReadAcknowledgement();
      if (!answer.ok()) return;
      ASSERT_LE(answer->sequence(), records_.size());
      ASSERT_EQ(answer->record_hash(), Sha256Of(records_[answer->sequence() - 1]));
      acknowledged_ = answer->sequence();
    }
    terminal_.Cut();
  }

  const std::string& terminal_id() const { return terminal_.terminal_id(); }
  const std::vector<std::string>& records() const { return records_; }
  std::size_t acknowledged() const { return acknowledged_; }

 private:
  std::vector<std::string> Batch(std::size_t first) {
    while (records_.size() < first + kRecordsPerBatch) {
      records_.push_back(terminal_.Record(terminal_.NextEvent(v1::EVENT_KIND_RESCAN)));
    }
    const auto begin = records_.begin() + static_cast<std::ptrdiff_t>(first);
    return {begin, begin + kRecordsPerBatch};
  }

  TerminalClient terminal_;
  std::vector<std::string> records_;
  std::atomic<std::size_t> acknowledged_ = 0;
};

class KillTest : public ConsoleFixture {
 protected:
  // By terminal and sequence, the hash; a record that is there twice fails the test.
  std::map<std::string, std::map<std::uint64_t, std::string>> Stored() {
    std::map<std::string, std::map<std::uint64_t, std::string>> stored;
    v1::ListEventsRequest request;
    request.set_page_size(1000);
    for (;;) {
      absl::StatusOr<v1::ListEventsResponse> page =
          console_->services().events.ListEvents(Admin(), request);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok() || page->events().empty()) return stored;
      for (const v1::StoredEvent& event : page->events()) {
        if (event.event().kind() != v1::EVENT_KIND_RESCAN) continue;
        EXPECT_TRUE(
            stored[event.terminal_id()]
                .emplace(event.event().sequence(), Sha256Of(event.event().SerializeAsString()))
                .second)
            << "stored twice";
      }
      request.set_after_cursor(page->next_cursor());
    }
  }
};

TEST_F(KillTest, NothingAcknowledgedIsLostAndTheRestIsStoredOnceHoweverOftenTheConsoleIsKilled) {
  constexpr int kTerminals = 3;
  constexpr int kKills = 6;
  std::vector<std::unique_ptr<Reporter>> reporters;
  for (int i = 0; i < kTerminals; ++i) {
    reporters.push_back(std::make_unique<Reporter>(Enrolled("madoguchi-" + std::to_string(i))));
  }
  const auto acknowledged = [&] {
    std::size_t sum = 0;
    for (const auto& reporter : reporters) sum += reporter->acknowledged();
    return sum;
  };
  std::mt19937 random(20261123);
  for (int kill = 0; kill < kKills; ++kill) {
    Stop();
    {
      Served served(data_);
      ASSERT_GT(served.port(), 0);
      const std::size_t enough = acknowledged() + kRecordsPerBatch * (3 + random() % 30);
      std::vector<std::jthread> running;
      for (const auto& reporter : reporters) {
        running.emplace_back([&reporter, &served] { reporter->Run(served.port(), SIZE_MAX); });
      }
      const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
      while (acknowledged() < enough && std::chrono::steady_clock::now() < end) {
        std::this_thread::sleep_for(std::chrono::microseconds(200));
      }
      served.Kill();
      ASSERT_GE(acknowledged(), enough) << "nothing was reported to be killed in";
    }
    Start();
    std::map<std::string, std::map<std::uint64_t, std::string>> stored = Stored();
    for (const auto& reporter : reporters) {
      std::map<std::uint64_t, std::string>& of_terminal = stored[reporter->terminal_id()];
      for (std::size_t sequence = 1; sequence <= reporter->acknowledged(); ++sequence) {
        ASSERT_TRUE(of_terminal.contains(sequence))
            << sequence << " of " << reporter->acknowledged() << " acknowledged was lost";
        ASSERT_EQ(of_terminal[sequence], Sha256Of(reporter->records()[sequence - 1]));
      }
    }
  }
  for (const auto& reporter : reporters) {
    reporter->Run(server_->port(), reporter->records().size());
    EXPECT_EQ(reporter->acknowledged(), reporter->records().size());
    EXPECT_EQ(Stored()[reporter->terminal_id()].size(), reporter->records().size());
  }
  EXPECT_TRUE(Events(v1::EVENT_KIND_CHAIN_BROKEN).empty());
}

}  // namespace
}  // namespace sekisho::console::testing
