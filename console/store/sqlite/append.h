#ifndef SEKISHO_CONSOLE_STORE_SQLITE_APPEND_H_
#define SEKISHO_CONSOLE_STORE_SQLITE_APPEND_H_

#include <compare>
#include <map>
#include <string_view>

#include "console/history/chain.h"
#include "console/store/event_store.h"
#include "console/store/projection.h"
#include "console/store/sqlite/chains.h"
#include "console/store/sqlite/connection.h"
#include "console/store/sqlite/present.h"
#include "console/store/sqlite/restores.h"

// The steps of EventStore::Append, each inside the caller's transaction.
namespace sekisho::console::store::sqlite {

// Where a terminal's history stands: its newest record.
struct Head : history::Head {
  // A restore may have cut its history here.
  AfterRestore after_restore = AfterRestore::kComplete;
};

// The newest report of each device in one transaction, and whether it would be blocked. Most events
// of a busy terminal name the same few devices. Points into the batches.
class ReportedDevices {
 public:
  void Note(const ReportedBatch& batch, const v1::Event& event);
  absl::Status Write(Connection& connection) const;

 private:
  struct Key {
    std::string_view terminal_id;
    std::string_view fingerprint;
    std::string_view serial;
    auto operator<=>(const Key&) const = default;
  };
  struct Newest {
    const ReportedBatch* batch = nullptr;
    const v1::Event* event = nullptr;
    // After `settled`: how often it would have been blocked, and the newest verdict that says so.
    std::uint64_t would_block = 0;
    const v1::Verdict* verdict = nullptr;
    bool settled = false;
    // The newest that holds a verdict.
    const v1::Event* judged = nullptr;
  };
  static absl::Status WriteDevice(Connection& connection, const Key& key, const Newest& newest);
  static absl::Status WriteWouldBlock(Connection& connection, const Key& key, const Newest& newest);
  std::map<Key, Newest> newest_;
};

// What of one transaction was written beside the history; written when all its records are.
struct Beside {
  ReportedDevices devices;
  PresentDevices present;
};

absl::StatusOr<AppendedBatch> AppendBatch(Connection& connection, const ReportedBatch& batch,
                                          Beside& beside, EventChain& chain);
absl::Status WriteStatus(Connection& connection, const ReportedStatus& status);

// Requests, grants, reported devices and explained gaps follow from the event, which outlives
// `beside`.
absl::Status ApplyProjection(Connection& connection, const ReportedBatch& batch,
                             const v1::Event& event, Beside& beside);

// An event of the console about a terminal, of which kind, device and parameters are given; returns
// its cursor.
absl::StatusOr<std::uint64_t> InsertConsoleEvent(Connection& connection,
                                                 const std::string& organisation_id,
                                                 const std::string& group_path,
                                                 const std::string& terminal_id, v1::Event event,
                                                 WallTime at);
// An event of the console about a terminal; returns its cursor. Its boot id is "console", its
// sequence its cursor.
absl::StatusOr<std::uint64_t> InsertConsoleEvent(Connection& connection,
                                                 const std::string& organisation_id,
                                                 const std::string& group_path,
                                                 const std::string& terminal_id, v1::EventKind kind,
                                                 const std::vector<v1::Parameter>& parameters,
                                                 WallTime at);

}  // namespace sekisho::console::store::sqlite

#endif  // SEKISHO_CONSOLE_STORE_SQLITE_APPEND_H_
