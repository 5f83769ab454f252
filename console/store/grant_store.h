#ifndef SEKISHO_CONSOLE_STORE_GRANT_STORE_H_
#define SEKISHO_CONSOLE_STORE_GRANT_STORE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "console/store/model.h"

namespace sekisho::console::store {

struct RequestQuery {
  Scope scope;
  std::string reference;  // empty: all
  enum class Words { kRequired, kAny } words = Words::kRequired;
  enum class Answered { kExcluded, kIncluded } answered = Answered::kExcluded;
  std::uint32_t limit = 200;
};

struct GrantQuery {
  Scope scope;
  std::string terminal_id;  // empty: all
  enum class Which { kAll, kLive } which = Which::kAll;
  // Older than the grant with this id; empty: from the newest.
  std::string before_grant_id;
  std::uint32_t limit = 200;
};

// What people asked for, and what they were granted.
class GrantStore {
 public:
  virtual ~GrantStore() = default;
  // Newest first.
  virtual absl::StatusOr<std::vector<RequestRecord>> ListRequests(const RequestQuery& query) = 0;
  // The newest report of a device with that fingerprint by that terminal. NOT_FOUND.
  virtual absl::StatusOr<v1::Device> FindReportedDevice(const std::string& terminal_id,
                                                        const std::string& fingerprint) = 0;
  virtual absl::Status DenyRequest(const std::string& terminal_id, const std::string& reference,
                                   const AuditEntry& audit) = 0;

  // With its audit row, and the request that it answers (claims.reference) marked, in one
  // transaction.
  virtual absl::Status CreateGrant(const GrantRecord& grant, const AuditEntry& audit) = 0;
  // Replaces the grant if its state still is `from`; ABORTED when somebody was quicker.
  virtual absl::Status ChangeGrant(const GrantRecord& grant, v1::GrantState from,
                                   const AuditEntry& audit) = 0;
  virtual absl::StatusOr<GrantRecord> FindGrant(const std::string& grant_id) = 0;
  // Newest first.
  virtual absl::StatusOr<std::vector<GrantRecord>> ListGrants(const GrantQuery& query) = 0;
  // Issued or running, of one terminal, plus those revoked that have not expired yet.
  virtual absl::StatusOr<std::vector<GrantRecord>> ListUnexpired(const std::string& terminal_id,
                                                                 WallTime now) = 0;
};

}  // namespace sekisho::console::store

#endif  // SEKISHO_CONSOLE_STORE_GRANT_STORE_H_
