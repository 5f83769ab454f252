#ifndef SEKISHO_CONSOLE_STORE_ORGANISATION_STORE_H_
#define SEKISHO_CONSOLE_STORE_ORGANISATION_STORE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "console/store/model.h"

namespace sekisho::console::store {

// The organisations and their trees of groups. All stores are thread-safe; every write is durable
// when it returns (or has changed nothing).
class OrganisationStore {
 public:
  virtual ~OrganisationStore() = default;
  // With its root group (parent_id empty). ALREADY_EXISTS.
  virtual absl::Status CreateOrganisation(const Organisation& organisation, const Group& root,
                                          const AuditEntry& audit) = 0;
  virtual absl::StatusOr<std::vector<Organisation>> ListOrganisations() = 0;
  // ALREADY_EXISTS for a sibling of the same name.
  virtual absl::Status CreateGroup(const Group& group, const AuditEntry& audit) = 0;
  // Parents before children.
  virtual absl::StatusOr<std::vector<Group>> ListGroups(const Scope& scope) = 0;
};

}  // namespace sekisho::console::store

#endif  // SEKISHO_CONSOLE_STORE_ORGANISATION_STORE_H_
