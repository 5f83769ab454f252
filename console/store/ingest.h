#ifndef SEKISHO_CONSOLE_STORE_INGEST_H_
#define SEKISHO_CONSOLE_STORE_INGEST_H_

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "console/store/event_store.h"

namespace sekisho::console::store {

// Since the start, but for waiting_bytes, which is now.
struct IngestCounters {
  std::uint64_t events = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t commits = 0;
  std::uint64_t failures = 0;
  double commit_seconds = 0;
  std::uint64_t waiting_bytes = 0;
};

// The one writer of reports: takes what all streams have handed in by the time its turn comes,
// writes it in one transaction (one fsync for many streams), then tells each. Owns its thread;
// callbacks run on it and must not block. Thread-safe.
class Ingest {
 public:
  // Called once: after the commit, or with the error that stored nothing.
  using Done = std::function<void(const absl::StatusOr<AppendedBatch>&)>;
  // Called after each commit that added events, with the newest cursor.
  using OnAppended = std::function<void(std::uint64_t cursor)>;

  // Most bytes of records that wait; above it Submit refuses.
  static constexpr std::size_t kMaxWaitingBytes = 64 * 1024 * 1024;
  // Most records in one transaction.
  static constexpr std::size_t kMaxRecordsPerCommit = 4096;
  // Commits of reports begin at least this far apart, unless a whole transaction's worth waits:
  // what trickles in from a fleet shares commits, and the store is free for people in between.
  static constexpr std::chrono::milliseconds kGather{5};
  // How long a status may wait for its commit when no batch takes it along: it is the newest that
  // counts, and it is in memory meanwhile.
  static constexpr std::chrono::seconds kStatusDelay{5};

  Ingest(EventStore& events, OnAppended on_appended);
  ~Ingest() { Stop(); }
  // Writes what waits, then ends the thread; refuses from then on. Idempotent.
  void Stop();

  // RESOURCE_EXHAUSTED when too much waits; `done` is not called then.
  absl::Status Submit(ReportedBatch batch, Done done);
  void SubmitStatus(ReportedStatus status);
  IngestCounters counters();

 private:
  struct Waiting {
    ReportedBatch batch;
    Done done;
    std::size_t bytes = 0;
  };
  void Run();
  // As many of what waits as fit in one transaction.
  std::vector<Waiting> Take();
  void Commit(std::vector<Waiting> taken, std::vector<ReportedStatus> statuses);
  void CountCommit(const absl::StatusOr<AppendResult>& result,
                   std::chrono::steady_clock::duration took);
  // One at a time, so that one terminal's bad batch fails alone.
  void CommitSeparately(std::vector<Waiting>& taken);

  EventStore& events_;
  OnAppended on_appended_;
  std::mutex mutex_;
  std::condition_variable work_;
  std::vector<Waiting> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::size_t waiting_records_ = 0;
  std::vector<ReportedStatus> statuses_;
  bool ending_ = false;
  IngestCounters counters_;
  std::thread thread_;
};

}  // namespace sekisho::console::store

#endif  // SEKISHO_CONSOLE_STORE_INGEST_H_
