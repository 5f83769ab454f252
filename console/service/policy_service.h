#ifndef SEKISHO_CONSOLE_SERVICE_POLICY_SERVICE_H_
#define SEKISHO_CONSOLE_SERVICE_POLICY_SERVICE_H_

#include <string>

#include "absl/status/statusor.h"
#include "console/authz/authz.h"
#include "console/clock.h"
#include "console/policy/publisher.h"
#include "console/store/organisation_store.h"
#include "console/store/policy_store.h"
#include "sekisho/v1/policy_service.pb.h"

namespace sekisho::console::service {

// Check, diff, publish, roll back. Thread-safe.
class PolicyService {
 public:
  PolicyService(store::PolicyStore& policies, store::OrganisationStore& organisations,
                policy::Publisher& publisher, Clock clock)
      : policies_(policies),
        organisations_(organisations),
        publisher_(publisher),
        clock_(std::move(clock)) {}

  absl::StatusOr<v1::CheckPolicyResponse> CheckPolicy(const authz::Caller& caller,
                                                      const v1::CheckPolicyRequest& request);
  absl::StatusOr<v1::DiffPolicyResponse> DiffPolicy(const authz::Caller& caller,
                                                    const v1::DiffPolicyRequest& request);
  // With problems nothing is published, and the answer lists them.
  absl::StatusOr<v1::PublishPolicyResponse> PublishPolicy(const authz::Caller& caller,
                                                          const v1::PublishPolicyRequest& request);
  absl::StatusOr<v1::RollbackPolicyResponse> RollbackPolicy(
      const authz::Caller& caller, const v1::RollbackPolicyRequest& request);
  absl::StatusOr<v1::GetPolicyResponse> GetPolicy(const authz::Caller& caller,
                                                  const v1::GetPolicyRequest& request);
  absl::StatusOr<v1::ListPoliciesResponse> ListPolicies(const authz::Caller& caller,
                                                        const v1::ListPoliciesRequest& request);

 private:
  absl::StatusOr<store::Group> GroupFor(const authz::Caller& caller, const char* method,
                                        const std::string& id_or_name);
  store::AuditEntry Audit(const authz::Caller& caller, const char* method,
                          const store::Group& group, std::string detail) const;

  store::PolicyStore& policies_;
  store::OrganisationStore& organisations_;
  policy::Publisher& publisher_;
  const Clock clock_;
};

}  // namespace sekisho::console::service

#endif  // SEKISHO_CONSOLE_SERVICE_POLICY_SERVICE_H_
