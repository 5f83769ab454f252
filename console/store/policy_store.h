#ifndef SEKISHO_CONSOLE_STORE_POLICY_STORE_H_
#define SEKISHO_CONSOLE_STORE_POLICY_STORE_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "console/store/model.h"

namespace sekisho::console::store {

// Published policies and the signed bundles made of them: immutable, versions only rise.
class PolicyStore {
 public:
  virtual ~PolicyStore() = default;
  // Takes the next version (above every published and every reported one) and calls `make_bundles`
  // with the completed record; stores record, audit row and bundles in one transaction.
  struct GroupBundle {
    std::string group_path;
    std::string sealed;  // Sealed, serialised once
  };
  using MakeBundles =
      std::function<absl::StatusOr<std::vector<GroupBundle>>(const PolicyRecord& record)>;
  virtual absl::StatusOr<PolicyRecord> Publish(const PolicyRecord& draft,
                                               const MakeBundles& make_bundles,
                                               const AuditEntry& audit) = 0;
  // For a group made after the publication. Does nothing if it is there already.
  virtual absl::Status AddBundle(const std::string& organisation_id, std::uint64_t version,
                                 const GroupBundle& bundle) = 0;
  // NOT_FOUND.
  virtual absl::StatusOr<std::string> FindBundle(const std::string& organisation_id,
                                                 std::uint64_t version,
                                                 const std::string& group_path) = 0;
  // What holds in a group: the newest of the nearest group at or above it that has one. NOT_FOUND.
  virtual absl::StatusOr<PolicyRecord> FindEffective(const std::string& organisation_id,
                                                     const std::string& group_path) = 0;
  // NOT_FOUND.
  virtual absl::StatusOr<PolicyRecord> FindPolicy(const std::string& organisation_id,
                                                  std::uint64_t version) = 0;
  // Newest first.
  virtual absl::StatusOr<std::vector<PolicyRecord>> ListPolicies(const Scope& scope) = 0;
};

}  // namespace sekisho::console::store

#endif  // SEKISHO_CONSOLE_STORE_POLICY_STORE_H_
