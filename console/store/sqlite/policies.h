#ifndef SEKISHO_CONSOLE_STORE_SQLITE_POLICIES_H_
#define SEKISHO_CONSOLE_STORE_SQLITE_POLICIES_H_

#include "console/store/policy_store.h"
#include "console/store/sqlite/database.h"

namespace sekisho::console::store::sqlite {

class Policies : public PolicyStore {
 public:
  explicit Policies(Database& database) : database_(database) {}
  absl::StatusOr<PolicyRecord> Publish(const PolicyRecord& draft, const MakeBundles& make_bundles,
                                       const AuditEntry& audit) override;
  absl::Status AddBundle(const std::string& organisation_id, std::uint64_t version,
                         const GroupBundle& bundle) override;
  absl::StatusOr<std::string> FindBundle(const std::string& organisation_id, std::uint64_t version,
                                         const std::string& group_path) override;
  absl::StatusOr<PolicyRecord> FindEffective(const std::string& organisation_id,
                                             const std::string& group_path) override;
  absl::StatusOr<PolicyRecord> FindPolicy(const std::string& organisation_id,
                                          std::uint64_t version) override;
  absl::StatusOr<std::vector<PolicyRecord>> ListPolicies(const Scope& scope) override;

 private:
  Database& database_;
};

}  // namespace sekisho::console::store::sqlite

#endif  // SEKISHO_CONSOLE_STORE_SQLITE_POLICIES_H_
