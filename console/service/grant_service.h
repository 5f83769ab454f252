#ifndef SEKISHO_CONSOLE_SERVICE_GRANT_SERVICE_H_
#define SEKISHO_CONSOLE_SERVICE_GRANT_SERVICE_H_

#include <string>

#include "absl/status/statusor.h"
#include "console/authz/authz.h"
#include "console/clock.h"
#include "console/live/registry.h"
#include "console/pki/keyring.h"
#include "console/store/backend.h"
#include "sekisho/v1/grant_service.pb.h"

namespace sekisho::console::service {

// Exceptions: requests, and the grants that answer them. Thread-safe.
class GrantService {
 public:
  GrantService(store::Backend& store, const pki::Keyring& keyring, live::Registry& registry,
               Clock clock)
      : grants_(store.grants()),
        terminals_(store.terminals()),
        policies_(store.policies()),
        keyring_(keyring),
        registry_(registry),
        clock_(std::move(clock)) {}

  absl::StatusOr<v1::ListRequestsResponse> ListRequests(const authz::Caller& caller,
                                                        const v1::ListRequestsRequest& request);
  absl::StatusOr<v1::DenyRequestResponse> DenyRequest(const authz::Caller& caller,
                                                      const v1::DenyRequestRequest& request);
  // Signed, stored with its audit row, and sent down the live stream; or, where the group's policy
  // asks for an approver, stored to wait for one.
  absl::StatusOr<v1::CreateGrantResponse> CreateGrant(const authz::Caller& caller,
                                                      const v1::CreateGrantRequest& request);
  // By another operator than the requester; the deadline counts from here.
  absl::StatusOr<v1::ApproveGrantResponse> ApproveGrant(const authz::Caller& caller,
                                                        const v1::ApproveGrantRequest& request);
  absl::StatusOr<v1::RevokeGrantResponse> RevokeGrant(const authz::Caller& caller,
                                                      const v1::RevokeGrantRequest& request);
  absl::StatusOr<v1::ListGrantsResponse> ListGrants(const authz::Caller& caller,
                                                    const v1::ListGrantsRequest& request);

 private:
  absl::StatusOr<v1::ExceptionLimits> LimitsFor(const store::TerminalRecord& terminal);
  // Deadline, signature, state ISSUED.
  absl::Status Issue(store::GrantRecord& grant);
  void Push(const std::string& terminal_id, const std::string& sealed);
  store::AuditEntry Audit(const authz::Caller& caller, const char* method,
                          const store::GrantRecord& grant, std::string detail) const;
  v1::Grant View(const store::GrantRecord& record) const;

  store::GrantStore& grants_;
  store::TerminalStore& terminals_;
  store::PolicyStore& policies_;
  const pki::Keyring& keyring_;
  live::Registry& registry_;
  const Clock clock_;
};

}  // namespace sekisho::console::service

#endif  // SEKISHO_CONSOLE_SERVICE_GRANT_SERVICE_H_
