#ifndef SEKISHO_CONSOLE_STORE_SQLITE_HISTORY_H_
#define SEKISHO_CONSOLE_STORE_SQLITE_HISTORY_H_

#include <memory>

#include "console/store/history_store.h"
#include "console/store/sqlite/database.h"

namespace sekisho::console::store::sqlite {

absl::StatusOr<std::vector<v1::HistoryEvent>> ReadEventRows(Connection& connection,
                                                            const std::string& organisation_id,
                                                            const HistoryStore::Page& page);
absl::StatusOr<std::vector<v1::HistoryAudit>> ReadAuditRows(Connection& connection,
                                                            const std::string& organisation_id,
                                                            std::uint64_t after,
                                                            std::uint32_t limit);

class History : public HistoryStore {
 public:
  explicit History(Database& database) : database_(database) {}
  absl::StatusOr<std::vector<v1::HistoryEvent>> ReadEvents(const std::string& organisation_id,
                                                           const Page& page) override;
  absl::StatusOr<std::vector<v1::HistoryAudit>> ReadAudit(const std::string& organisation_id,
                                                          std::uint64_t after,
                                                          std::uint32_t limit) override;
  absl::StatusOr<v1::HistoryHead> Head(const std::string& organisation_id) override;
  absl::StatusOr<PersonsData> CountPerson(const std::string& organisation_id,
                                          const std::string& person) override;
  absl::StatusOr<Erased> ErasePerson(const std::string& organisation_id, const std::string& person,
                                     std::uint64_t expected_events,
                                     const AuditEntry& audit) override;

 private:
  Database& database_;
};

}  // namespace sekisho::console::store::sqlite

#endif  // SEKISHO_CONSOLE_STORE_SQLITE_HISTORY_H_
