#include "console/service/policy_service.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "console/policy/diff.h"
#include "console/policy/yaml.h"
#include "console/service/groups.h"
#include "proto/contract/convert.h"

namespace sekisho::console::service {
namespace {

constexpr char kMethodPrefix[] = "sekisho.v1.PolicyService/";

v1::PublishedPolicy View(const store::PolicyRecord& record) {
  v1::PublishedPolicy policy;
  policy.set_version(record.version);
  policy.set_group_id(record.group_id);
  *policy.mutable_published_at() = contract::ToProto(record.published_at);
  policy.set_published_by(record.published_by);
  policy.set_comment(record.comment);
  policy.set_yaml(record.yaml);
  *policy.mutable_policy() = record.policy;
  policy.set_content_of_version(record.content_of_version);
  return policy;
}

}  // namespace

absl::StatusOr<store::Group> PolicyService::GroupFor(const authz::Caller& caller,
                                                     const char* method,
                                                     const std::string& id_or_name) {
  return ResolveGroup(organisations_, caller, absl::StrCat(kMethodPrefix, method), id_or_name);
}

store::AuditEntry PolicyService::Audit(const authz::Caller& caller, const char* method,
                                       const store::Group& group, std::string detail) const {
  return {.organisation_id = caller.organisation_id,
          .group_path = group.path,
          .at = clock_.wall(),
          .actor = caller.name,
          .method = method,
          .target = "",
          .detail = std::move(detail)};
}

absl::StatusOr<v1::CheckPolicyResponse> PolicyService::CheckPolicy(
    const authz::Caller& caller, const v1::CheckPolicyRequest& request) {
  policy::ParsedPolicy parsed = policy::ParsePolicy(request.yaml());
  v1::CheckPolicyResponse response;
  for (v1::PolicyProblem& problem : parsed.problems) {
    *response.add_problems() = std::move(problem);
  }
  if (response.problems().empty()) *response.mutable_policy() = std::move(parsed.policy);
  return response;
}

absl::StatusOr<v1::DiffPolicyResponse> PolicyService::DiffPolicy(
    const authz::Caller& caller, const v1::DiffPolicyRequest& request) {
  absl::StatusOr<store::Group> group = GroupFor(caller, "DiffPolicy", request.group_id());
  if (!group.ok()) return group.status();
  policy::ParsedPolicy parsed = policy::ParsePolicy(request.yaml());
  v1::DiffPolicyResponse response;
  for (v1::PolicyProblem& problem : parsed.problems) {
    *response.add_problems() = std::move(problem);
  }
  absl::StatusOr<store::PolicyRecord> before =
      policies_.FindEffective(group->organisation_id, group->path);
  if (!before.ok() && !absl::IsNotFound(before.status())) return before.status();
  if (before.ok()) response.set_against_version(before->version);
  if (response.problems().empty()) {
    const v1::Policy nothing;
    for (std::string& change :
         policy::Diff(before.ok() ? before->policy : nothing, parsed.policy)) {
      response.add_changes(std::move(change));
    }
  }
  return response;
}

absl::StatusOr<v1::PublishPolicyResponse> PolicyService::PublishPolicy(
    const authz::Caller& caller, const v1::PublishPolicyRequest& request) {
  absl::StatusOr<store::Group> group = GroupFor(caller, "PublishPolicy", request.group_id());
  if (!group.ok()) return group.status();
  policy::ParsedPolicy parsed = policy::ParsePolicy(request.yaml());
  v1::PublishPolicyResponse response;
  if (!parsed.problems.empty()) {
    for (v1::PolicyProblem& problem : parsed.problems) {
      *response.add_problems() = std::move(problem);
    }
    return response;
  }
  store::PolicyRecord draft;
  draft.organisation_id = group->organisation_id;
  draft.group_id = group->group_id;
  draft.group_path = group->path;
  draft.published_at = clock_.wall();
  draft.published_by = caller.name;
  draft.comment = request.comment();
  draft.yaml = request.yaml();
  draft.policy = std::move(parsed.policy);
  absl::StatusOr<store::PolicyRecord> published = publisher_.Publish(
      draft,
      Audit(caller, "PublishPolicy", *group, absl::StrCat(group->name, ": ", draft.comment)));
  if (!published.ok()) return published.status();
  *response.mutable_policy() = View(*published);
  return response;
}

absl::StatusOr<v1::RollbackPolicyResponse> PolicyService::RollbackPolicy(
    const authz::Caller& caller, const v1::RollbackPolicyRequest& request) {
  absl::StatusOr<store::Group> group = GroupFor(caller, "RollbackPolicy", request.group_id());
  if (!group.ok()) return group.status();
  absl::StatusOr<store::PolicyRecord> old =
      policies_.FindPolicy(group->organisation_id, request.to_version());
  // Another group's versions are content that this group never had.
  if (absl::IsNotFound(old.status()) || (old.ok() && old->group_id != group->group_id)) {
    return absl::NotFoundError(absl::StrCat("group \"", group->name, "\" has no version ",
                                            request.to_version(), "; see: sekishoctl policy list"));
  }
  if (!old.ok()) return old.status();
  store::PolicyRecord draft = *old;
  draft.published_at = clock_.wall();
  draft.published_by = caller.name;
  draft.comment = request.comment();
  draft.content_of_version = old->version;
  absl::StatusOr<store::PolicyRecord> published = publisher_.Publish(
      draft, Audit(caller, "RollbackPolicy", *group,
                   absl::StrCat(group->name, ": content of version ", old->version)));
  if (!published.ok()) return published.status();
  v1::RollbackPolicyResponse response;
  *response.mutable_policy() = View(*published);
  return response;
}

absl::StatusOr<v1::GetPolicyResponse> PolicyService::GetPolicy(
    const authz::Caller& caller, const v1::GetPolicyRequest& request) {
  absl::StatusOr<store::Group> group = GroupFor(caller, "GetPolicy", request.group_id());
  if (!group.ok()) return group.status();
  absl::StatusOr<store::PolicyRecord> record =
      request.version() == 0 ? policies_.FindEffective(group->organisation_id, group->path)
                             : policies_.FindPolicy(group->organisation_id, request.version());
  // One's own group's, or what it inherits from above; not a sister group's.
  const bool related = record.ok() && (record->group_path.rfind(group->path, 0) == 0 ||
                                       group->path.rfind(record->group_path, 0) == 0);
  if (absl::IsNotFound(record.status()) || (record.ok() && !related)) {
    return absl::NotFoundError(
        absl::StrCat("no such policy for group \"", group->name,
                     "\"; see: sekishoctl policy list, or publish one: sekishoctl policy publish"));
  }
  if (!record.ok()) return record.status();
  v1::GetPolicyResponse response;
  *response.mutable_policy() = View(*record);
  return response;
}

absl::StatusOr<v1::ListPoliciesResponse> PolicyService::ListPolicies(
    const authz::Caller& caller, const v1::ListPoliciesRequest& request) {
  absl::StatusOr<store::Group> group = GroupFor(caller, "ListPolicies", request.group_id());
  if (!group.ok()) return group.status();
  absl::StatusOr<std::vector<store::PolicyRecord>> records =
      policies_.ListPolicies({group->organisation_id, group->path});
  if (!records.ok()) return records.status();
  v1::ListPoliciesResponse response;
  for (const store::PolicyRecord& record : *records) {
    v1::PublishedPolicy policy = View(record);
    // A list of 200 policies of up to 1 MiB would not fit in an answer: GetPolicy has the text.
    policy.clear_yaml();
    policy.clear_policy();
    *response.add_policies() = std::move(policy);
  }
  return response;
}

}  // namespace sekisho::console::service
