#ifndef SEKISHO_CONSOLE_STORE_SQLITE_GRANTS_H_
#define SEKISHO_CONSOLE_STORE_SQLITE_GRANTS_H_

#include "console/store/grant_store.h"
#include "console/store/sqlite/database.h"

namespace sekisho::console::store::sqlite {

class Grants : public GrantStore {
 public:
  explicit Grants(Database& database) : database_(database) {}
  absl::StatusOr<std::vector<RequestRecord>> ListRequests(const RequestQuery& query) override;
  absl::StatusOr<v1::Device> FindReportedDevice(const std::string& terminal_id,
                                                const std::string& fingerprint) override;
  absl::Status DenyRequest(const std::string& terminal_id, const std::string& reference,
                           const AuditEntry& audit) override;
  absl::Status CreateGrant(const GrantRecord& grant, const AuditEntry& audit) override;
  absl::Status ChangeGrant(const GrantRecord& grant, v1::GrantState from,
                           const AuditEntry& audit) override;
  absl::StatusOr<GrantRecord> FindGrant(const std::string& grant_id) override;
  absl::StatusOr<std::vector<GrantRecord>> ListGrants(const GrantQuery& query) override;
  absl::StatusOr<std::vector<GrantRecord>> ListUnexpired(const std::string& terminal_id,
                                                         WallTime now) override;

 private:
  Database& database_;
};

}  // namespace sekisho::console::store::sqlite

#endif  // SEKISHO_CONSOLE_STORE_SQLITE_GRANTS_H_
