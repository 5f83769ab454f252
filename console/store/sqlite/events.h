#ifndef SEKISHO_CONSOLE_STORE_SQLITE_EVENTS_H_
#define SEKISHO_CONSOLE_STORE_SQLITE_EVENTS_H_

#include "console/store/event_store.h"
#include "console/store/sqlite/database.h"

namespace sekisho::console::store::sqlite {

class Events : public EventStore {
 public:
  explicit Events(Database& database) : database_(database) {}
  absl::StatusOr<AppendResult> Append(std::span<const ReportedBatch> batches,
                                      std::span<const ReportedStatus> statuses) override;
  absl::StatusOr<std::uint64_t> AppendConsoleEvent(const TerminalRecord& terminal,
                                                   v1::EventKind kind,
                                                   std::vector<v1::Parameter> parameters,
                                                   WallTime at) override;
  absl::StatusOr<std::vector<StoredEventRecord>> ListEvents(const EventQuery& query) override;
  absl::StatusOr<std::uint64_t> NewestCursor() override;
  absl::StatusOr<std::uint64_t> HighestReportedBundle(const std::string& organisation_id) override;

 private:
  Database& database_;
};

}  // namespace sekisho::console::store::sqlite

#endif  // SEKISHO_CONSOLE_STORE_SQLITE_EVENTS_H_
