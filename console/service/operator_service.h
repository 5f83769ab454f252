#ifndef SEKISHO_CONSOLE_SERVICE_OPERATOR_SERVICE_H_
#define SEKISHO_CONSOLE_SERVICE_OPERATOR_SERVICE_H_

#include <string>

#include "absl/status/statusor.h"
#include "console/authz/authz.h"
#include "console/clock.h"
#include "console/store/backend.h"
#include "sekisho/v1/operator_service.pb.h"

namespace sekisho::console::service {

// Operators, robots' tokens and groups. Thread-safe.
class OperatorService {
 public:
  OperatorService(store::OperatorStore& operators, store::OrganisationStore& organisations,
                  std::string organisation_name, Clock clock)
      : operators_(operators),
        organisations_(organisations),
        organisation_name_(std::move(organisation_name)),
        clock_(std::move(clock)) {}

  absl::StatusOr<v1::CreateOperatorResponse> CreateOperator(
      const authz::Caller& caller, const v1::CreateOperatorRequest& request);
  absl::StatusOr<v1::ListOperatorsResponse> ListOperators(const authz::Caller& caller,
                                                          const v1::ListOperatorsRequest& request);
  // An operator cannot disable itself, so that somebody is always left to undo it.
  absl::StatusOr<v1::DisableOperatorResponse> DisableOperator(
      const authz::Caller& caller, const v1::DisableOperatorRequest& request);
  absl::StatusOr<v1::CreateRobotTokenResponse> CreateRobotToken(
      const authz::Caller& caller, const v1::CreateRobotTokenRequest& request);
  absl::StatusOr<v1::RevokeRobotTokenResponse> RevokeRobotToken(
      const authz::Caller& caller, const v1::RevokeRobotTokenRequest& request);
  absl::StatusOr<v1::CreateGroupResponse> CreateGroup(const authz::Caller& caller,
                                                      const v1::CreateGroupRequest& request);
  absl::StatusOr<v1::ListGroupsResponse> ListGroups(const authz::Caller& caller,
                                                    const v1::ListGroupsRequest& request);

 private:
  absl::Status Disable(const authz::Caller& caller, const char* method, const std::string& name,
                       bool robot);
  // The group that a new role holds in: path and id both empty for the whole organisation, which
  // only a caller of the whole organisation may give.
  absl::StatusOr<store::Group> RoleGroup(const authz::Caller& caller, const char* method,
                                         const std::string& id_or_name);
  store::AuditEntry Audit(const authz::Caller& caller, const char* method, std::string target,
                          std::string detail) const;

  store::OperatorStore& operators_;
  store::OrganisationStore& organisations_;
  const std::string organisation_name_;
  const Clock clock_;
};

}  // namespace sekisho::console::service

#endif  // SEKISHO_CONSOLE_SERVICE_OPERATOR_SERVICE_H_
