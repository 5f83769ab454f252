#include "tests/bench/ingest.h"

#include <algorithm>
#include <atomic>
#include <iostream>
#include <stdexcept>

#include "proto/contract/bounds.h"
#include "tests/bench/console_under_test.h"
#include "tests/bench/crowd.h"
#include "tests/bench/straight.h"

namespace sekisho::bench {
namespace {

constexpr int kStreams = 64;
constexpr int kRecords = static_cast<int>(contract::kMaxRecordsPerBatch);
constexpr std::size_t kInFlight = contract::kMaxBatchesInFlight;
// What the console's ingest takes into one transaction at most (console/store/ingest.h), and no
// more than what is in flight: the straight writer commits as rarely as the console possibly could.
constexpr int kRowsPerCommit = std::min(4096, kStreams* static_cast<int>(kInFlight) * kRecords);

struct Round {
  double events_per_second = 0;
  std::vector<double> milliseconds;  // from sent to acknowledged, a batch
};

// One terminal's batches, all built and signed before the clock starts.
struct Sender {
  std::vector<ReportWriter::Batch> batches;
  std::vector<Clock::time_point> sent;
  std::vector<double> milliseconds;
  std::size_t next = 0;
  std::size_t acknowledged = 0;
};

class IngestRound {
 public:
  IngestRound(const EnrolledFleet& fleet, int events)
      : ring_(fleet.Ring()), crowd_([this](int i, const v1::Sealed& sealed) { Take(i, sealed); }) {
    const int batches = std::max(1, events / (kStreams * kRecords));
    senders_.resize(kStreams);
    for (std::size_t i = 0; i < senders_.size(); ++i) {
      writers_.emplace_back(fleet.organisation_id, fleet.papers[i].terminal_id, *fleet.report_key);
      Sender& sender = senders_[i];
      for (int k = 0; k < batches; ++k) sender.batches.push_back(writers_[i].Next(kRecords));
      sender.sent.resize(sender.batches.size());
      left_ += sender.batches.size();
    }
    events_ = static_cast<double>(left_) * kRecords;
  }

  Round Run(const EnrolledFleet& fleet, const std::string& address) {
    std::vector<Papers> papers(fleet.papers.begin(), fleet.papers.begin() + kStreams);
    std::vector<std::string> boots;
    for (const ReportWriter& writer : writers_) boots.push_back(writer.boot_id());
    crowd_.Open(address, fleet.authority_pem, papers, boots);
    const Clock::time_point start = Clock::now();
    for (std::size_t i = 0; i < senders_.size(); ++i) {
      const std::size_t first = std::min(kInFlight, senders_[i].batches.size());
      for (std::size_t k = 0; k < first; ++k) SendNext(i);
    }
    crowd_.Await(std::chrono::seconds{120}, "acknowledgements",
                 [this] { return left_ == 0 || failed_; });
    if (failed_) throw std::runtime_error("an acknowledgement was not the console's");
    Round round;
    round.events_per_second = events_ / SecondsSince(start);
    for (const Sender& sender : senders_) {
      round.milliseconds.insert(round.milliseconds.end(), sender.milliseconds.begin(),
                                sender.milliseconds.end());
    }
    return round;
  }

 private:
  // Before the first acknowledgement on the caller's thread, then on the stream's own.
  void SendNext(std::size_t i) {
    const std::lock_guard lock(mutex_);
    Sender& sender = senders_[i];
    if (sender.next == sender.batches.size()) return;
    sender.sent[sender.next] = Clock::now();
    crowd_.at(i).Send(std::move(sender.batches[sender.next].sealed));
    ++sender.next;
  }

  void Take(int index, const v1::Sealed& sealed) {
    if (sealed.purpose() != v1::PURPOSE_ACKNOWLEDGEMENT) return;
    const absl::StatusOr<v1::Acknowledgement> acknowledgement =
        contract::OpenAndParse<v1::Acknowledgement>(ring_, sealed, v1::PURPOSE_ACKNOWLEDGEMENT);
    if (!acknowledgement.ok()) {
      failed_ = true;
      return;
    }
    const auto i = static_cast<std::size_t>(index);
    std::size_t released = 0;
    {
      const std::lock_guard lock(mutex_);
      Sender& sender = senders_[i];
      while (sender.acknowledged < sender.next &&
             sender.batches[sender.acknowledged].last_sequence <= acknowledgement->sequence()) {
        sender.milliseconds.push_back(SecondsSince(sender.sent[sender.acknowledged]) * 1000);
        ++sender.acknowledged;
        ++released;
      }
    }
    for (std::size_t k = 0; k < released; ++k) SendNext(i);
    left_ -= released;
  }

  const contract::KeyRing ring_;
  std::vector<ReportWriter> writers_;
  std::mutex mutex_;
  std::vector<Sender> senders_;
  double events_ = 0;
  std::atomic<std::size_t> left_ = 0;
  std::atomic<bool> failed_ = false;
  Crowd crowd_;  // last: its streams end before what they report to
};

}  // namespace

std::vector<Figure> MeasureIngest(const BenchOptions& options) {
  const std::string folder = options.folder + "/ingest";
  std::vector<double> durable;
  std::vector<double> storeless;
  std::vector<double> straight;
  std::vector<double> durable_p99;
  std::vector<double> storeless_p99;
  for (int round = 0; round < options.rounds; ++round) {
    // A fresh database each round: all start with the same, empty one.
    const std::string place = folder + std::to_string(round);
    const EnrolledFleet fleet = InitConsole(options.console, place, kStreams);
    {
      const ServedConsole console(options.console, fleet, place + "/console.log");
      const Round result = IngestRound(fleet, options.events).Run(fleet, console.address());
      durable.push_back(result.events_per_second);
      durable_p99.push_back(Quantile(result.milliseconds, 0.99));
    }
    {
      const StorelessConsole console(options.self, fleet, place + "/storeless.log");
      const Round result = IngestRound(fleet, options.events).Run(fleet, console.address());
      storeless.push_back(result.events_per_second);
      storeless_p99.push_back(Quantile(result.milliseconds, 0.99));
    }
    straight.push_back(WriteStraight(fleet.store, place + "/straight.db", kRowsPerCommit));
    std::cerr << "ingest round " << round + 1 << ": durable " << durable.back() << ", storeless "
              << storeless.back() << ", straight " << straight.back() << " events/s\n";
  }
  const double lower = std::min(Median(storeless), Median(straight));
  return {
      {.name = "ingest.durable",
       .value = Median(durable),
       .unit = "events/s",
       .yardstick = lower,
       .goal = RatioGoal(Bound::kAtLeast, 0.70)},
      {.name = "ingest.durable/store-left-out",
       .value = Median(durable),
       .unit = "events/s",
       .yardstick = Median(storeless),
       .goal = ""},
      {.name = "ingest.durable/straight-to-sqlite",
       .value = Median(durable),
       .unit = "events/s",
       .yardstick = Median(straight),
       .goal = ""},
      {.name = "ingest.sent-to-acknowledged.p99",
       .value = Median(durable_p99),
       .unit = "ms",
       .yardstick = Median(storeless_p99),
       .goal = ""},
  };
}

}  // namespace sekisho::bench
