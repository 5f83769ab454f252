#ifndef SEKISHO_CONSOLE_STORE_SQLITE_ORGANISATIONS_H_
#define SEKISHO_CONSOLE_STORE_SQLITE_ORGANISATIONS_H_

#include "console/store/backend.h"
#include "console/store/sqlite/database.h"

namespace sekisho::console::store::sqlite {

class Organisations : public OrganisationStore {
 public:
  explicit Organisations(Database& database) : database_(database) {}
  absl::Status CreateOrganisation(const Organisation& organisation, const Group& root,
                                  const AuditEntry& audit) override;
  absl::StatusOr<std::vector<Organisation>> ListOrganisations() override;
  absl::Status CreateGroup(const Group& group, const AuditEntry& audit) override;
  absl::StatusOr<std::vector<Group>> ListGroups(const Scope& scope) override;

 private:
  Database& database_;
};

class Audit : public AuditStore {
 public:
  explicit Audit(Database& database) : database_(database) {}
  absl::Status Record(const AuditEntry& entry) override;
  absl::StatusOr<std::vector<AuditEntry>> ListAudit(const AuditQuery& query) override;

 private:
  Database& database_;
};

}  // namespace sekisho::console::store::sqlite

#endif  // SEKISHO_CONSOLE_STORE_SQLITE_ORGANISATIONS_H_
