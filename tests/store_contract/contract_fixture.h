#ifndef SEKISHO_TESTS_STORE_CONTRACT_CONTRACT_FIXTURE_H_
#define SEKISHO_TESTS_STORE_CONTRACT_CONTRACT_FIXTURE_H_

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "console/ids.h"
#include "tests/store_contract/backend_factory.h"

namespace sekisho::console::store::testing {

// One organisation with two groups and a terminal in the first.
class StoreContract : public ::testing::TestWithParam<BackendFactory> {
 protected:
  void SetUp() override {
    char folder[] = "/tmp/sekisho-store-XXXXXX";
    ASSERT_NE(::mkdtemp(folder), nullptr);
    place_ = folder;
    Open();
    ASSERT_TRUE(backend_->organisations()
                    .CreateOrganisation({"org", "City", "localhost:7443"},
                                        {"org", "root", "", "City", "/root/"}, Audit("init"))
                    .ok());
    ASSERT_TRUE(backend_->organisations()
                    .CreateGroup({"org", "a", "root", "A", "/root/a/"}, Audit("group"))
                    .ok());
    ASSERT_TRUE(backend_->organisations()
                    .CreateGroup({"org", "b", "root", "B", "/root/b/"}, Audit("group"))
                    .ok());
    ASSERT_TRUE(backend_->terminals().CreateTerminal(Terminal("t1", "a"), Audit("t1")).ok());
  }
  void TearDown() override {
    backend_.reset();
    std::filesystem::remove_all(place_);
  }
  void Open() {
    backend_.reset();
    backend_ = GetParam().open(place_);
    ASSERT_NE(backend_, nullptr);
  }

  static WallTime At(int seconds) {
    return WallTime(std::chrono::seconds(1'800'000'000 + seconds));
  }
  static AuditEntry Audit(std::string target, std::string path = "/root/") {
    return {"org", std::move(path), At(0), "hanako", "Test", std::move(target), ""};
  }
  static TerminalRecord Terminal(const std::string& id, const std::string& group) {
    TerminalRecord record;
    record.organisation_id = "org";
    record.terminal_id = id;
    record.group_id = group;
    record.group_path = "/root/" + group + "/";
    record.name = "name-" + id;
    record.state = v1::TERMINAL_STATE_ENROLLED;
    record.enrolled_at = At(0);
    return record;
  }

  static NewEvent NewEventOf(v1::Event event) {
    std::string record = event.SerializeAsString();
    std::string hash = Sha256Of(record);
    return {std::move(event), std::move(record), std::move(hash)};
  }
  // The next record of a boot's history.
  NewEvent Next(v1::EventKind kind) {
    v1::Event event;
    event.set_boot_id(boot_);
    event.set_sequence(++sequence_);
    event.set_previous_hash(previous_);
    event.set_kind(kind);
    return Finish(std::move(event));
  }
  NewEvent Finish(v1::Event event) {
    NewEvent entry = NewEventOf(std::move(event));
    previous_ = entry.record_hash;
    return entry;
  }
  void SkipTo(std::uint64_t sequence) {
    sequence_ = sequence;
    previous_ = std::string(32, 's');
  }
  ReportedBatch Batch(std::vector<NewEvent> records) const {
    return {"org", "t1", "/root/a/", boot_, std::move(records), At(1)};
  }
  AppendedBatch Append(std::vector<NewEvent> records) {
    const ReportedBatch batch = Batch(std::move(records));
    absl::StatusOr<AppendResult> result =
        backend_->events().Append(std::span<const ReportedBatch>(&batch, 1), {});
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? result->batches.front() : AppendedBatch{};
  }
  std::vector<StoredEventRecord> EventsOf(v1::EventKind kind) {
    EventQuery query;
    query.scope = {"org", ""};
    query.kinds = {kind};
    absl::StatusOr<std::vector<StoredEventRecord>> events = backend_->events().ListEvents(query);
    EXPECT_TRUE(events.ok()) << events.status();
    return events.ok() ? *events : std::vector<StoredEventRecord>{};
  }
  bool ChainBroken() { return backend_->terminals().FindTerminal("t1")->chain_broken; }

  std::string place_;
  std::unique_ptr<Backend> backend_;
  std::string boot_ = "boot-1";
  std::uint64_t sequence_ = 0;
  std::string previous_ = std::string(32, '\0');
};

}  // namespace sekisho::console::store::testing

#endif  // SEKISHO_TESTS_STORE_CONTRACT_CONTRACT_FIXTURE_H_
