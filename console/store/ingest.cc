#include "console/store/ingest.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "console/log.h"

namespace sekisho::console::store {
namespace {

std::size_t SizeOf(const ReportedBatch& batch) {
  std::size_t bytes = 0;
  for (const NewEvent& entry : batch.records) bytes += entry.record.size();
  return bytes;
}

// Only the newest of each terminal counts.
std::vector<ReportedStatus> Newest(std::vector<ReportedStatus> statuses) {
  std::map<std::string, std::size_t> last;
  for (std::size_t i = 0; i < statuses.size(); ++i) last[statuses[i].terminal_id] = i;
  std::vector<ReportedStatus> newest;
  for (const auto& [terminal_id, index] : last) newest.push_back(std::move(statuses[index]));
  return newest;
}

}  // namespace

Ingest::Ingest(EventStore& events, OnAppended on_appended)
    : events_(events), on_appended_(std::move(on_appended)), thread_([this] { Run(); }) {}

void Ingest::Stop() {
  {
    std::lock_guard lock(mutex_);
    ending_ = true;
  }
  work_.notify_one();
  if (thread_.joinable()) thread_.join();
}

absl::Status Ingest::Submit(ReportedBatch batch, Done done) {
  const std::size_t bytes = SizeOf(batch);
  bool wake = false;
  {
    std::lock_guard lock(mutex_);
    if (ending_ || waiting_bytes_ + bytes > kMaxWaitingBytes) {
      return absl::ResourceExhaustedError("the console is behind with its store: report again");
    }
    // The thread sleeps on for what comes in between.
    const bool had_enough = waiting_records_ >= kMaxRecordsPerCommit;
    wake = waiting_.empty();
    waiting_bytes_ += bytes;
    waiting_records_ += batch.records.size();
    wake |= !had_enough && waiting_records_ >= kMaxRecordsPerCommit;
    waiting_.push_back({std::move(batch), std::move(done), bytes});
  }
  if (wake) work_.notify_one();
  return absl::OkStatus();
}

void Ingest::SubmitStatus(ReportedStatus status) {
  bool first = false;
  {
    std::lock_guard lock(mutex_);
    first = statuses_.empty();
    statuses_.push_back(std::move(status));
  }
  if (first) work_.notify_one();
}

void Ingest::Run() {
  std::unique_lock lock(mutex_);
  std::chrono::steady_clock::time_point began{};
  for (;;) {
    work_.wait(lock, [&] { return ending_ || !waiting_.empty() || !statuses_.empty(); });
    if (waiting_.empty() && !ending_) {
      // Statuses alone: let some gather.
      work_.wait_for(lock, kStatusDelay, [&] { return ending_ || !waiting_.empty(); });
    }
    work_.wait_until(lock, began + kGather,
                     [&] { return ending_ || waiting_records_ >= kMaxRecordsPerCommit; });
    if (ending_ && waiting_.empty() && statuses_.empty()) return;
    began = std::chrono::steady_clock::now();
    std::vector<Waiting> taken = Take();
    std::vector<ReportedStatus> statuses = std::exchange(statuses_, {});
    lock.unlock();
    Commit(std::move(taken), Newest(std::move(statuses)));
    lock.lock();
  }
}

std::vector<Ingest::Waiting> Ingest::Take() {
  std::size_t records = 0;
  auto end = waiting_.begin();
  while (end != waiting_.end() && (records == 0 || records < kMaxRecordsPerCommit)) {
    records += end->batch.records.size();
    waiting_bytes_ -= end->bytes;
    ++end;
  }
  waiting_records_ -= records;
  std::vector<Waiting> taken(std::make_move_iterator(waiting_.begin()),
                             std::make_move_iterator(end));
  waiting_.erase(waiting_.begin(), end);
  return taken;
}

void Ingest::Commit(std::vector<Waiting> taken, std::vector<ReportedStatus> statuses) {
  std::vector<ReportedBatch> batches;
  batches.reserve(taken.size());
  for (Waiting& waiting : taken) batches.push_back(std::move(waiting.batch));
  const auto began = std::chrono::steady_clock::now();
  absl::StatusOr<AppendResult> result = events_.Append(batches, statuses);
  CountCommit(result, std::chrono::steady_clock::now() - began);
  if (!result.ok()) {
    Log(Severity::kError, absl::StrCat("reports were not stored: ", result.status().message()));
    for (std::size_t i = 0; i < taken.size(); ++i) taken[i].batch = std::move(batches[i]);
    CommitSeparately(taken);
    return;
  }
  for (std::size_t i = 0; i < taken.size(); ++i) taken[i].done(result->batches[i]);
  if (!taken.empty()) on_appended_(result->cursor);
}

void Ingest::CountCommit(const absl::StatusOr<AppendResult>& result,
                         std::chrono::steady_clock::duration took) {
  std::lock_guard lock(mutex_);
  ++counters_.commits;
  counters_.commit_seconds += std::chrono::duration<double>(took).count();
  if (!result.ok()) {
    ++counters_.failures;
    return;
  }
  for (const AppendedBatch& batch : result->batches) {
    counters_.events += batch.added;
    counters_.duplicates += batch.duplicates;
  }
}

IngestCounters Ingest::counters() {
  std::lock_guard lock(mutex_);
  IngestCounters now = counters_;
  now.waiting_bytes = waiting_bytes_;
  return now;
}

void Ingest::CommitSeparately(std::vector<Waiting>& taken) {
  for (Waiting& waiting : taken) {
    absl::StatusOr<AppendResult> result =
        events_.Append(std::span<const ReportedBatch>(&waiting.batch, 1), {});
    CountCommit(result, {});
    if (!result.ok()) {
      waiting.done(result.status());
      continue;
    }
    waiting.done(result->batches[0]);
    on_appended_(result->cursor);
  }
}

}  // namespace sekisho::console::store
