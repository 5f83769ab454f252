#ifndef SEKISHO_CONSOLE_POLICY_PUBLISHER_H_
#define SEKISHO_CONSOLE_POLICY_PUBLISHER_H_

#include <mutex>
#include <string>
#include <unordered_map>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "console/live/registry.h"
#include "console/pki/keyring.h"
#include "console/store/organisation_store.h"
#include "console/store/policy_store.h"

namespace sekisho::console::policy {

// What a terminal of one group should run.
struct CurrentBundle {
  std::uint64_t version = 0;  // 0: nothing has been published for it
  live::Outgoing message;     // null with version 0
};

// Makes bundles of published policies and knows each group's newest. A policy holds in its group
// and in those below that have none of their own; each group gets a bundle signed for it by name,
// under the publication's one version. Thread-safe.
class Publisher {
 public:
  Publisher(store::PolicyStore& policies, store::OrganisationStore& organisations,
            const pki::Keyring& keyring, live::Registry& registry)
      : policies_(policies),
        organisations_(organisations),
        keyring_(keyring),
        registry_(registry) {}

  // Stores `draft` (version is assigned) with its bundles and audit row, then sends the bundles
  // down all live streams that they concern.
  absl::StatusOr<store::PolicyRecord> Publish(const store::PolicyRecord& draft,
                                              const store::AuditEntry& audit);
  absl::StatusOr<CurrentBundle> Current(const std::string& organisation_id,
                                        const std::string& group_path);

 private:
  absl::StatusOr<std::string> SealBundle(const store::PolicyRecord& record,
                                         const std::string& group_path) const;
  store::PolicyStore& policies_;
  store::OrganisationStore& organisations_;
  const pki::Keyring& keyring_;
  live::Registry& registry_;
  std::mutex mutex_;
  // By organisation and group path. Rises with each publication; a reader that started before one
  // must not put what it read back after it.
  std::uint64_t generation_ = 0;
  std::unordered_map<std::string, CurrentBundle> current_;
};

}  // namespace sekisho::console::policy

#endif  // SEKISHO_CONSOLE_POLICY_PUBLISHER_H_
