#include "console/store/ingest.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace sekisho::console::store {
namespace {

// Counts transactions and keeps nothing.
class CountingStore : public EventStore {
 public:
  absl::StatusOr<AppendResult> Append(std::span<const ReportedBatch> batches,
                                      std::span<const ReportedStatus>) override {
    ++transactions;
    begun.push_back(std::chrono::steady_clock::now());
    AppendResult result;
    result.batches.resize(batches.size());
    return result;
  }
  absl::StatusOr<std::uint64_t> AppendConsoleEvent(const TerminalRecord&, v1::EventKind,
                                                   std::vector<v1::Parameter>, WallTime) override {
    return 0;
  }
  absl::StatusOr<std::vector<StoredEventRecord>> ListEvents(const EventQuery&) override {
    return std::vector<StoredEventRecord>();
  }
  absl::StatusOr<std::uint64_t> NewestCursor() override { return 0; }
  absl::StatusOr<std::uint64_t> HighestReportedBundle(const std::string&) override { return 0; }

  std::atomic<int> transactions = 0;
  std::vector<std::chrono::steady_clock::time_point> begun;  // the ingest's thread alone appends
};

ReportedBatch BatchOf(std::size_t records) {
  ReportedBatch batch;
  batch.records.resize(records);
  return batch;
}

TEST(IngestTest, WhatTricklesInSharesTransactionsAndEachIsTold) {
  CountingStore events;
  std::atomic<int> told = 0;
  constexpr int kBatches = 60;
  {
    Ingest ingest(events, [](std::uint64_t) {});
    for (int i = 0; i < kBatches; ++i) {
      ASSERT_TRUE(ingest.Submit(BatchOf(1), [&](const auto& result) { told += result.ok(); }).ok());
      std::this_thread::sleep_for(std::chrono::microseconds(500));
    }
  }
  EXPECT_EQ(told, kBatches);
  // One alone would be fine by the rule, one for each is what the gathering is against.
  EXPECT_LE(events.transactions, kBatches / 3);
}

TEST(IngestTest, AFullTransactionDoesNotWait) {
  CountingStore events;
  std::atomic<int> told = 0;
  const auto begin = std::chrono::steady_clock::now();
  {
    Ingest ingest(events, [](std::uint64_t) {});
    for (int i = 0; i < 20; ++i) {
      ASSERT_TRUE(ingest
                      .Submit(BatchOf(Ingest::kMaxRecordsPerCommit),
                              [&](const auto& result) { told += result.ok(); })
                      .ok());
    }
    while (told < 20 && std::chrono::steady_clock::now() - begin < std::chrono::seconds(5)) {
      std::this_thread::yield();
    }
  }
  EXPECT_EQ(told, 20);
  EXPECT_EQ(events.transactions, 20);
  auto least = std::chrono::steady_clock::duration::max();
  for (std::size_t i = 1; i < events.begun.size(); ++i) {
    least = std::min(least, events.begun[i] - events.begun[i - 1]);
  }
  EXPECT_LT(least, Ingest::kGather);
}

TEST(IngestTest, WhatWaitsAtTheEndIsStillWritten) {
  CountingStore events;
  std::atomic<int> told = 0;
  Ingest ingest(events, [](std::uint64_t) {});
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(ingest.Submit(BatchOf(1), [&](const auto& result) { told += result.ok(); }).ok());
  }
  ingest.Stop();
  EXPECT_EQ(told, 5);
  EXPECT_FALSE(ingest.Submit(BatchOf(1), [](const auto&) {}).ok());
}

}  // namespace
}  // namespace sekisho::console::store
