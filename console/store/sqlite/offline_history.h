#ifndef SEKISHO_CONSOLE_STORE_SQLITE_OFFLINE_HISTORY_H_
#define SEKISHO_CONSOLE_STORE_SQLITE_OFFLINE_HISTORY_H_

#include <memory>

#include "console/store/history_store.h"
#include "console/store/sqlite/connection.h"

namespace sekisho::console::store::sqlite {

// A store's history without a console: read only, nothing migrated, also beside one that runs.
class OfflineHistory : public HistoryReader {
 public:
  // FAILED_PRECONDITION when the store is older than the chains, or not a store.
  static absl::StatusOr<std::unique_ptr<OfflineHistory>> Open(const std::string& path);
  absl::StatusOr<std::vector<std::string>> OrganisationIds();
  // The id itself when there is no such terminal.
  std::string NameOfTerminal(const std::string& terminal_id);

  absl::StatusOr<std::vector<v1::HistoryEvent>> ReadEvents(const std::string& organisation_id,
                                                           const Page& page) override;
  absl::StatusOr<std::vector<v1::HistoryAudit>> ReadAudit(const std::string& organisation_id,
                                                          std::uint64_t after,
                                                          std::uint32_t limit) override;
  absl::StatusOr<v1::HistoryHead> Head(const std::string& organisation_id) override;

 private:
  explicit OfflineHistory(std::unique_ptr<Connection> connection)
      : connection_(std::move(connection)) {}
  std::unique_ptr<Connection> connection_;
};

}  // namespace sekisho::console::store::sqlite

#endif  // SEKISHO_CONSOLE_STORE_SQLITE_OFFLINE_HISTORY_H_
