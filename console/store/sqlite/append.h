#ifndef SEKISHO_CONSOLE_STORE_SQLITE_APPEND_H_
#define SEKISHO_CONSOLE_STORE_SQLITE_APPEND_H_

#include <compare>
#include <map>
#include <string_view>

#include "console/store/event_store.h"
#include "console/store/projection.h"
#include "console/store/sqlite/connection.h"

// The steps of EventStore::Append, each inside the caller's transaction.
namespace sekisho::console::store::sqlite {

// Where a terminal's history stands: its newest record.
struct Head {
  std::string boot_id;
  std::uint64_t sequence = 0;
  std::string hash;
};

// The newest report of each device in one transaction. Most events of a busy terminal name the same
// few devices, and only the newest report of each is kept. Points into the batches.
class ReportedDevices {
 public:
  void Note(const ReportedBatch& batch, const v1::Device& device);
  absl::Status Write(Connection& connection) const;

 private:
  struct Key {
    std::string_view terminal_id;
    std::string_view fingerprint;
    std::string_view serial;
    auto operator<=>(const Key&) const = default;
  };
  struct Newest {
    const ReportedBatch* batch;
    const v1::Device* device;
  };
  std::map<Key, Newest> newest_;
};

absl::StatusOr<AppendedBatch> AppendBatch(Connection& connection, const ReportedBatch& batch,
                                          ReportedDevices& devices);
absl::Status WriteStatus(Connection& connection, const ReportedStatus& status);

// Requests, grants, reported devices and explained gaps follow from the event, which outlives
// `devices`.
absl::Status ApplyProjection(Connection& connection, const ReportedBatch& batch,
                             const v1::Event& event, ReportedDevices& devices);

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
