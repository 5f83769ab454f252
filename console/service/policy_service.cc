#include "console/service/policy_service.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "console/policy/diff.h"
#include "console/policy/lockout.h"
#include "console/policy/yaml.h"
#include "console/service/groups.h"
#include "proto/contract/convert.h"

namespace sekisho::console::service {
namespace {

constexpr char kMethodPrefix[] = "sekisho.v1.PolicyService/";
constexpr std::uint32_t kTerminalsAtOnce = 500;
// Terminals that a refusal names.
constexpr std::size_t kMaxNamed = 20;

v1::PolicyProblem ProblemOf(const policy::LockedOut& hit) {
  v1::PolicyProblem problem;
  v1::PolicyLockOut& lock_out = *problem.mutable_lock_out();
  lock_out.set_terminal_id(hit.terminal_id);
  lock_out.set_terminal_name(hit.terminal_name);
  lock_out.set_input(hit.input == policy::Input::kKeyboard ? v1::DEVICE_CLASS_KEYBOARD
                                                           : v1::DEVICE_CLASS_POINTER);
  *lock_out.mutable_device() = hit.device.device;
  lock_out.mutable_device()->set_port_path(hit.device.port_path);
  return problem;
}

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

absl::StatusOr<std::vector<std::string>> PolicyService::GroupsApart(const store::Group& group) {
  absl::StatusOr<std::vector<store::PolicyRecord>> below =
      policies_.ListPolicies({group.organisation_id, group.path});
  if (!below.ok()) return below.status();
  std::set<std::string> paths;
  for (const store::PolicyRecord& own : *below) {
    if (own.group_path.size() > group.path.size()) paths.insert(own.group_path);
  }
  return std::vector<std::string>(paths.begin(), paths.end());
}

absl::StatusOr<std::vector<v1::PolicyProblem>> PolicyService::LockOuts(const store::Group& group,
                                                                       const v1::Policy& policy) {
  const store::Scope scope{group.organisation_id, group.path};
  absl::StatusOr<core::Policy> judged = contract::ToCore(policy);
  if (!judged.ok()) return judged.status();
  absl::StatusOr<std::vector<std::string>> apart = GroupsApart(group);
  if (!apart.ok()) return apart.status();
  const auto keeps_own = [&](const store::PresentDevice& each) {
    return std::ranges::any_of(
        *apart, [&](const std::string& path) { return each.group_path.starts_with(path); });
  };
  std::vector<v1::PolicyProblem> problems;
  std::uint32_t more = 0;
  std::string after;
  for (;;) {
    absl::StatusOr<std::vector<store::PresentDevice>> present =
        devices_.ListPresentInputs(scope, after, kTerminalsAtOnce);
    if (!present.ok()) return present.status();
    if (present->empty()) break;
    after = present->back().terminal_id;
    std::erase_if(*present, keeps_own);
    for (const policy::LockedOut& hit : policy::LockedOutBy(*judged, *present)) {
      if (problems.size() < kMaxNamed) {
        problems.push_back(ProblemOf(hit));
      } else {
        ++more;
      }
    }
  }
  if (more > 0) problems.emplace_back().set_more_lock_outs(more);
  return problems;
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
    for (v1::PolicyChange& change :
         policy::Diff(before.ok() ? before->policy : nothing, parsed.policy)) {
      *response.add_changes() = std::move(change);
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
  absl::StatusOr<std::vector<v1::PolicyProblem>> locked_out = LockOuts(*group, parsed.policy);
  if (!locked_out.ok()) return locked_out.status();
  if (!locked_out->empty()) {
    for (v1::PolicyProblem& problem : *locked_out) *response.add_problems() = std::move(problem);
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
  absl::StatusOr<std::vector<v1::PolicyProblem>> locked_out = LockOuts(*group, old->policy);
  if (!locked_out.ok()) return locked_out.status();
  v1::RollbackPolicyResponse response;
  for (v1::PolicyProblem& problem : *locked_out) *response.add_problems() = std::move(problem);
  if (!response.problems().empty()) return response;
  store::PolicyRecord draft = *old;
  draft.published_at = clock_.wall();
  draft.published_by = caller.name;
  draft.comment = request.comment();
  draft.content_of_version = old->version;
  absl::StatusOr<store::PolicyRecord> published = publisher_.Publish(
      draft, Audit(caller, "RollbackPolicy", *group,
                   absl::StrCat(group->name, ": content of version ", old->version)));
  if (!published.ok()) return published.status();
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
