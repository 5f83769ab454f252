#include "console/service/operator_service.h"

#include "absl/strings/str_cat.h"
#include "console/ids.h"
#include "console/service/credentials.h"
#include "console/service/groups.h"
#include "console/service/session_service.h"
#include "proto/contract/convert.h"

namespace sekisho::console::service {
namespace {

constexpr std::uint32_t kMinRobotSeconds = 60;
constexpr std::uint32_t kMaxRobotSeconds = 31'536'000;
constexpr std::size_t kMaxName = 64;
constexpr char kMethodPrefix[] = "sekisho.v1.OperatorService/";

absl::Status CheckName(const std::string& name, const char* what) {
  if (name.empty() || name.size() > kMaxName || name.find_first_of("/\"") != std::string::npos) {
    return absl::InvalidArgumentError(
        absl::StrCat(what, " needs a name of 1 to 64 bytes, without / and \""));
  }
  return absl::OkStatus();
}

absl::Status CheckRole(v1::Role role) {
  if (v1::Role_IsValid(role) && role != v1::ROLE_UNSPECIFIED) return absl::OkStatus();
  return absl::InvalidArgumentError("say which role: admin, helpdesk, auditor or installer");
}

v1::Group ToProto(const store::Group& group) {
  v1::Group proto;
  proto.set_group_id(group.group_id);
  proto.set_parent_id(group.parent_id);
  proto.set_name(group.name);
  return proto;
}

}  // namespace

store::AuditEntry OperatorService::Audit(const authz::Caller& caller, const char* method,
                                         std::string target, std::string detail) const {
  return {.organisation_id = caller.organisation_id,
          .group_path = caller.group_path,
          .at = clock_.wall(),
          .actor = caller.name,
          .method = method,
          .target = std::move(target),
          .detail = std::move(detail)};
}

absl::StatusOr<store::Group> OperatorService::RoleGroup(const authz::Caller& caller,
                                                        const char* method,
                                                        const std::string& id_or_name) {
  if (id_or_name.empty() && caller.group_path.empty()) return store::Group{};
  return ResolveGroup(organisations_, caller, absl::StrCat(kMethodPrefix, method), id_or_name);
}

absl::StatusOr<v1::CreateOperatorResponse> OperatorService::CreateOperator(
    const authz::Caller& caller, const v1::CreateOperatorRequest& request) {
  if (absl::Status status = CheckName(request.name(), "an operator"); !status.ok()) return status;
  if (absl::Status status = CheckRole(request.role()); !status.ok()) return status;
  if (absl::Status status = CheckNewPassword(request.password()); !status.ok()) return status;
  absl::StatusOr<store::Group> group = RoleGroup(caller, "CreateOperator", request.group_id());
  if (!group.ok()) return group.status();
  absl::StatusOr<std::string> hash = HashPassword(request.password());
  if (!hash.ok()) return hash.status();
  store::OperatorRecord record;
  record.organisation_id = caller.organisation_id;
  record.name = request.name();
  record.role = request.role();
  record.group_id = group->group_id;
  record.group_path = group->path;
  record.password_hash = *std::move(hash);
  record.totp_secret = NewTotpSecret();
  absl::Status stored = operators_.CreateOperator(
      record, Audit(caller, "CreateOperator", record.name, v1::Role_Name(record.role)));
  if (!stored.ok()) return stored;
  v1::CreateOperatorResponse response;
  *response.mutable_operator_() = service::ToProto(record);
  response.set_totp_uri(TotpUri(organisation_name_, record.name, record.totp_secret));
  return response;
}

absl::StatusOr<v1::ListOperatorsResponse> OperatorService::ListOperators(
    const authz::Caller& caller, const v1::ListOperatorsRequest& request) {
  absl::StatusOr<std::vector<store::OperatorRecord>> records =
      operators_.ListOperators(ScopeOf(caller));
  if (!records.ok()) return records.status();
  v1::ListOperatorsResponse response;
  for (const store::OperatorRecord& record : *records) {
    *response.add_operators() = service::ToProto(record);
  }
  return response;
}

absl::Status OperatorService::Disable(const authz::Caller& caller, const char* method,
                                      const std::string& name, bool robot) {
  absl::StatusOr<store::OperatorRecord> record =
      operators_.FindOperator(caller.organisation_id, name);
  if (!record.ok() || record->robot != robot) {
    if (!record.ok() && !absl::IsNotFound(record.status())) return record.status();
    return absl::NotFoundError(absl::StrCat("no ", robot ? "robot" : "operator", " named \"", name,
                                            "\"; list them with: sekishoctl operators list"));
  }
  absl::Status allowed = authz::Authorise(caller, absl::StrCat(kMethodPrefix, method),
                                          record->organisation_id, record->group_path);
  if (!allowed.ok()) return allowed;
  if (name == caller.name) {
    return absl::FailedPreconditionError(
        "you cannot disable yourself: ask another admin, so that one is always left");
  }
  return operators_.DisableOperator(caller.organisation_id, name, Audit(caller, method, name, ""));
}

absl::StatusOr<v1::DisableOperatorResponse> OperatorService::DisableOperator(
    const authz::Caller& caller, const v1::DisableOperatorRequest& request) {
  absl::Status status = Disable(caller, "DisableOperator", request.name(), false);
  if (!status.ok()) return status;
  return v1::DisableOperatorResponse();
}

absl::StatusOr<v1::RevokeRobotTokenResponse> OperatorService::RevokeRobotToken(
    const authz::Caller& caller, const v1::RevokeRobotTokenRequest& request) {
  absl::Status status = Disable(caller, "RevokeRobotToken", request.name(), true);
  if (!status.ok()) return status;
  return v1::RevokeRobotTokenResponse();
}

absl::StatusOr<v1::CreateRobotTokenResponse> OperatorService::CreateRobotToken(
    const authz::Caller& caller, const v1::CreateRobotTokenRequest& request) {
  if (absl::Status status = CheckName(request.name(), "a robot"); !status.ok()) return status;
  if (absl::Status status = CheckRole(request.role()); !status.ok()) return status;
  if (caller.robot) return absl::PermissionDeniedError("a robot makes no robots: sign in yourself");
  if (request.lifetime_seconds() < kMinRobotSeconds ||
      request.lifetime_seconds() > kMaxRobotSeconds) {
    return absl::InvalidArgumentError("a robot's token holds from 60 seconds to 365 days");
  }
  absl::StatusOr<store::Group> group = RoleGroup(caller, "CreateRobotToken", request.group_id());
  if (!group.ok()) return group.status();
  const WallTime now = clock_.wall();
  store::OperatorRecord record;
  record.organisation_id = caller.organisation_id;
  record.name = request.name();
  record.role = request.role();
  record.group_id = group->group_id;
  record.group_path = group->path;
  record.robot = true;
  record.expires_at = now + std::chrono::seconds(request.lifetime_seconds());
  const std::string token = NewBearerToken();
  const store::Session session{.token_hash = Sha256Of(token),
                               .organisation_id = caller.organisation_id,
                               .operator_name = record.name,
                               .last_used_at = now,
                               .expires_at = *record.expires_at};
  absl::Status stored = operators_.CreateRobot(
      record, session, Audit(caller, "CreateRobotToken", record.name, v1::Role_Name(record.role)));
  if (!stored.ok()) return stored;
  v1::CreateRobotTokenResponse response;
  *response.mutable_operator_() = service::ToProto(record);
  response.set_token(token);
  return response;
}

absl::StatusOr<v1::CreateGroupResponse> OperatorService::CreateGroup(
    const authz::Caller& caller, const v1::CreateGroupRequest& request) {
  if (absl::Status status = CheckName(request.name(), "a group"); !status.ok()) return status;
  absl::StatusOr<store::Group> parent = ResolveGroup(
      organisations_, caller, absl::StrCat(kMethodPrefix, "CreateGroup"), request.parent_id());
  if (!parent.ok()) return parent.status();
  store::Group group;
  group.organisation_id = caller.organisation_id;
  group.group_id = NewUuid();
  group.parent_id = parent->group_id;
  group.name = request.name();
  group.path = absl::StrCat(parent->path, group.group_id, "/");
  absl::Status stored = organisations_.CreateGroup(
      group, Audit(caller, "CreateGroup", group.name, absl::StrCat("in ", parent->name)));
  if (absl::IsAlreadyExists(stored)) {
    return absl::AlreadyExistsError(
        absl::StrCat("\"", parent->name, "\" has a group named \"", group.name, "\" already"));
  }
  if (!stored.ok()) return stored;
  v1::CreateGroupResponse response;
  *response.mutable_group() = ToProto(group);
  return response;
}

absl::StatusOr<v1::ListGroupsResponse> OperatorService::ListGroups(
    const authz::Caller& caller, const v1::ListGroupsRequest& request) {
  absl::StatusOr<std::vector<store::Group>> groups = organisations_.ListGroups(ScopeOf(caller));
  if (!groups.ok()) return groups.status();
  v1::ListGroupsResponse response;
  for (const store::Group& group : *groups) *response.add_groups() = ToProto(group);
  return response;
}

}  // namespace sekisho::console::service
