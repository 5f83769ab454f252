#include "console/store/sqlite/offline_history.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "console/store/sqlite/chains.h"
#include "console/store/sqlite/history.h"

namespace sekisho::console::store::sqlite {

absl::StatusOr<std::unique_ptr<OfflineHistory>> OfflineHistory::Open(const std::string& path) {
  absl::StatusOr<std::unique_ptr<Connection>> connection =
      Connection::Open(path, Connection::Mode::kReadOnly);
  if (!connection.ok()) return connection.status();
  {
    Query query(**connection, "SELECT 1 FROM sqlite_master WHERE name = 'chain_heads'");
    absl::StatusOr<bool> row = query.Step();
    if (!row.ok()) return row.status();
    if (!*row) {
      return absl::FailedPreconditionError(absl::StrCat(
          path, " is older than the chains: start this release's sekisho-console once"));
    }
  }
  return std::unique_ptr<OfflineHistory>(new OfflineHistory(*std::move(connection)));
}

absl::StatusOr<std::vector<std::string>> OfflineHistory::OrganisationIds() {
  std::vector<std::string> ids;
  Query query(*connection_, "SELECT organisation_id FROM organisations ORDER BY organisation_id");
  for (;;) {
    absl::StatusOr<bool> row = query.Step();
    if (!row.ok()) return row.status();
    if (!*row) return ids;
    ids.push_back(query.Text(0));
  }
}

std::string OfflineHistory::NameOfTerminal(const std::string& terminal_id) {
  Query query(*connection_, "SELECT name FROM terminals WHERE terminal_id = ?1");
  query << terminal_id;
  absl::StatusOr<bool> row = query.Step();
  return row.ok() && *row ? query.Text(0) : terminal_id;
}

absl::StatusOr<std::vector<v1::HistoryEvent>> OfflineHistory::ReadEvents(
    const std::string& organisation_id, const Page& page) {
  return ReadEventRows(*connection_, organisation_id, page);
}

absl::StatusOr<std::vector<v1::HistoryAudit>> OfflineHistory::ReadAudit(
    const std::string& organisation_id, std::uint64_t after, std::uint32_t limit) {
  return ReadAuditRows(*connection_, organisation_id, after, limit);
}

absl::StatusOr<v1::HistoryHead> OfflineHistory::Head(const std::string& organisation_id) {
  return ReadChainHead(*connection_, organisation_id);
}

}  // namespace sekisho::console::store::sqlite
