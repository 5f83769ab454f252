#ifndef SEKISHO_CONSOLE_SERVICE_POLICY_SERVICE_H_
#define SEKISHO_CONSOLE_SERVICE_POLICY_SERVICE_H_

#include <string>

#include "absl/status/statusor.h"
#include "console/authz/authz.h"
#include "console/clock.h"
#include "console/policy/publisher.h"
#include "console/store/device_store.h"
#include "console/store/organisation_store.h"
#include "console/store/policy_store.h"
#include "sekisho/v1/policy_service.pb.h"

namespace sekisho::console::service {

// Check, diff, publish, roll back. Thread-safe.
class PolicyService {
 public:
  PolicyService(store::PolicyStore& policies, store::OrganisationStore& organisations,
                store::DeviceStore& devices, policy::Publisher& publisher, Clock clock)
      : policies_(policies),
        organisations_(organisations),
        devices_(devices),
        publisher_(publisher),
        clock_(std::move(clock)) {}

  absl::StatusOr<v1::CheckPolicyResponse> CheckPolicy(const authz::Caller& caller,
                                                      const v1::CheckPolicyRequest& request);
  absl::StatusOr<v1::DiffPolicyResponse> DiffPolicy(const authz::Caller& caller,
                                                    const v1::DiffPolicyRequest& request);
  // With problems nothing is published, and the answer lists them: also the terminals that it would
  // leave without keyboard or pointer (they have no line).
  // A part of the recorded devices. console/service/policy_simulation.cc
  absl::StatusOr<v1::SimulatePolicyResponse> SimulatePolicy(
      const authz::Caller& caller, const v1::SimulatePolicyRequest& request);
  absl::StatusOr<v1::PublishPolicyResponse> PublishPolicy(const authz::Caller& caller,
                                                          const v1::PublishPolicyRequest& request);
  // The terminals that it would leave without keyboard or pointer are problems here too.
  absl::StatusOr<v1::RollbackPolicyResponse> RollbackPolicy(
      const authz::Caller& caller, const v1::RollbackPolicyRequest& request);
  absl::StatusOr<v1::GetPolicyResponse> GetPolicy(const authz::Caller& caller,
                                                  const v1::GetPolicyRequest& request);
  absl::StatusOr<v1::ListPoliciesResponse> ListPolicies(const authz::Caller& caller,
                                                        const v1::ListPoliciesRequest& request);

 private:
  absl::StatusOr<store::Group> GroupFor(const authz::Caller& caller, const char* method,
                                        const std::string& id_or_name);
  // Paths of the groups below that keep a policy of their own.
  absl::StatusOr<std::vector<std::string>> GroupsApart(const store::Group& group);
  // One for each terminal that `policy`, published for the group, would leave without keyboard or
  // pointer; at most kMaxNamed and one that counts the rest.
  absl::StatusOr<std::vector<v1::PolicyProblem>> LockOuts(const store::Group& group,
                                                          const v1::Policy& policy);
  store::AuditEntry Audit(const authz::Caller& caller, const char* method,
                          const store::Group& group, std::string detail) const;

  store::PolicyStore& policies_;
  store::OrganisationStore& organisations_;
  store::DeviceStore& devices_;
  policy::Publisher& publisher_;
  const Clock clock_;
};

}  // namespace sekisho::console::service

#endif  // SEKISHO_CONSOLE_SERVICE_POLICY_SERVICE_H_
