#include "absl/strings/str_cat.h"
#include "console/service/grant_service.h"
#include "console/service/groups.h"
#include "console/service/paging.h"
#include "console/service/subject.h"
#include "proto/contract/convert.h"

namespace sekisho::console::service {
namespace {

// The deadline is the authority: past it a grant is over, whether or not the terminal has said so.
constexpr std::chrono::seconds kReportDelay{30};

v1::ExceptionRequest View(const store::RequestRecord& record) {
  v1::ExceptionRequest request;
  request.set_reference(record.reference);
  request.set_terminal_id(record.terminal_id);
  request.set_terminal_name(record.terminal_name);
  *request.mutable_device() = record.device;
  *request.mutable_verdict() = record.verdict;
  if (!record.person.name().empty()) *request.mutable_person() = record.person;
  request.set_reason(record.reason);
  *request.mutable_received_at() = contract::ToProto(record.received_at);
  request.set_grant_id(record.grant_id);
  request.set_denied(record.denied);
  request.set_adopted(record.adopted);
  return request;
}

bool IsLive(v1::GrantState state) {
  return state == v1::GRANT_STATE_AWAITING_APPROVAL || state == v1::GRANT_STATE_ISSUED ||
         state == v1::GRANT_STATE_RUNNING;
}

}  // namespace

v1::Grant GrantService::View(const store::GrantRecord& record) const {
  v1::Grant grant;
  *grant.mutable_claims() = record.claims;
  grant.set_state(record.state);
  grant.set_terminal_name(record.terminal_name);
  *grant.mutable_device() = record.device;
  if (record.opened_at.has_value()) {
    *grant.mutable_opened_at() = contract::ToProto(*record.opened_at);
  }
  if (record.ended_at.has_value()) {
    *grant.mutable_ended_at() = contract::ToProto(*record.ended_at);
  }
  grant.set_cause(record.cause);
  grant.set_seconds(record.seconds);
  const bool issued =
      record.state == v1::GRANT_STATE_ISSUED || record.state == v1::GRANT_STATE_RUNNING;
  const WallTime expires = contract::ToCore(record.claims.expires_at());
  if (issued && clock_.wall() > expires + kReportDelay) {
    grant.set_state(v1::GRANT_STATE_EXPIRED);
    grant.set_cause("expired");
    *grant.mutable_ended_at() = record.claims.expires_at();
  }
  return grant;
}

absl::StatusOr<v1::ListRequestsResponse> GrantService::ListRequests(
    const authz::Caller& caller, const v1::ListRequestsRequest& request) {
  absl::StatusOr<std::uint32_t> size = PageSize(request.page_size());
  if (!size.ok()) return size.status();
  using Query = store::RequestQuery;
  absl::StatusOr<std::vector<store::RequestRecord>> records = grants_.ListRequests(
      {.scope = ScopeOf(caller),
       .reference = request.reference(),
       .words = request.include_blocks() || !request.reference().empty() ? Query::Words::kAny
                                                                         : Query::Words::kRequired,
       .answered =
           request.include_answered() ? Query::Answered::kIncluded : Query::Answered::kExcluded,
       .limit = *size});
  if (!records.ok()) return records.status();
  v1::ListRequestsResponse response;
  for (const store::RequestRecord& record : *records) {
    *response.add_requests() = service::View(record);
  }
  return response;
}

absl::StatusOr<v1::DenyRequestResponse> GrantService::DenyRequest(
    const authz::Caller& caller, const v1::DenyRequestRequest& request) {
  constexpr char kMethod[] = "sekisho.v1.GrantService/DenyRequest";
  if (request.reference().empty()) {
    return absl::InvalidArgumentError("say which request: its six digits");
  }
  if (request.reason().empty()) {
    return absl::InvalidArgumentError("say why (--reason \"…\"): it is kept in the audit log");
  }
  absl::StatusOr<store::RequestRecord> record =
      FindRequest(grants_, caller, kMethod, {request.reference(), request.terminal(), ""});
  if (!record.ok()) return record.status();
  absl::Status denied =
      grants_.DenyRequest(record->terminal_id, record->reference,
                          {.organisation_id = record->organisation_id,
                           .group_path = record->group_path,
                           .at = clock_.wall(),
                           .actor = caller.name,
                           .method = "DenyRequest",
                           .target = absl::StrCat(record->terminal_name, " ", record->reference),
                           .detail = request.reason()});
  if (!denied.ok()) return denied;
  return v1::DenyRequestResponse();
}

absl::StatusOr<v1::ListGrantsResponse> GrantService::ListGrants(
    const authz::Caller& caller, const v1::ListGrantsRequest& request) {
  absl::StatusOr<std::uint32_t> size = PageSize(request.page_size());
  if (!size.ok()) return size.status();
  store::GrantQuery query;
  query.scope = ScopeOf(caller);
  query.which =
      request.live_only() ? store::GrantQuery::Which::kLive : store::GrantQuery::Which::kAll;
  query.before_grant_id = request.page_token();
  query.limit = *size + 1;
  if (!request.terminal().empty()) {
    absl::StatusOr<store::TerminalRecord> terminal = ResolveTerminal(
        terminals_, caller, "sekisho.v1.GrantService/ListGrants", request.terminal());
    if (!terminal.ok()) return terminal.status();
    query.terminal_id = terminal->terminal_id;
  }
  absl::StatusOr<std::vector<store::GrantRecord>> records = grants_.ListGrants(query);
  if (!records.ok()) return records.status();
  v1::ListGrantsResponse response;
  if (records->size() > *size) {
    records->pop_back();
    response.set_next_page_token(records->back().claims.grant_id());
  }
  for (const store::GrantRecord& record : *records) {
    v1::Grant grant = View(record);
    if (request.live_only() && !IsLive(grant.state())) continue;
    *response.add_grants() = std::move(grant);
  }
  return response;
}

}  // namespace sekisho::console::service
