#include "console/service/history_service.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "console/history/chain.h"
#include "console/service/groups.h"
#include "proto/contract/convert.h"
#include "proto/contract/keys.h"

namespace sekisho::console::service {
namespace {

constexpr std::uint32_t kMaxPage = 1000;
// Below what clients take in one message.
constexpr std::size_t kMaxPageBytes = 3 * 1024 * 1024;
constexpr std::size_t kReceiptBytes = 16;

absl::StatusOr<std::uint32_t> SizeOf(std::uint32_t asked) {
  if (asked > kMaxPage) {
    return absl::InvalidArgumentError(absl::StrCat("page_size: at most ", kMaxPage));
  }
  return asked == 0 ? kMaxPage : asked;
}

}  // namespace

absl::StatusOr<v1::ReadHistoryResponse> HistoryService::ReadHistory(
    const authz::Caller& caller, const v1::ReadHistoryRequest& request) {
  absl::StatusOr<std::uint32_t> size = SizeOf(request.page_size());
  if (!size.ok()) return size.status();
  store::HistoryStore::Page page{request.after_cursor(), "", *size};
  if (!request.terminal().empty()) {
    absl::StatusOr<store::TerminalRecord> terminal = ResolveTerminal(
        terminals_, caller, "sekisho.v1.HistoryService/ReadHistory", request.terminal());
    if (!terminal.ok()) return terminal.status();
    page.terminal_id = terminal->terminal_id;
  }
  absl::StatusOr<std::vector<v1::HistoryEvent>> events =
      history_.ReadEvents(caller.organisation_id, page);
  if (!events.ok()) return events.status();
  v1::ReadHistoryResponse response;
  std::size_t bytes = 0;
  for (v1::HistoryEvent& event : *events) {
    bytes += event.ByteSizeLong();
    if (bytes > kMaxPageBytes && !response.events().empty()) break;
    *response.add_events() = std::move(event);
  }
  return response;
}

absl::StatusOr<v1::ReadAuditResponse> HistoryService::ReadAudit(
    const authz::Caller& caller, const v1::ReadAuditRequest& request) {
  absl::StatusOr<std::uint32_t> size = SizeOf(request.page_size());
  if (!size.ok()) return size.status();
  absl::StatusOr<std::vector<v1::HistoryAudit>> entries =
      history_.ReadAudit(caller.organisation_id, request.after_audit_id(), *size);
  if (!entries.ok()) return entries.status();
  v1::ReadAuditResponse response;
  std::size_t bytes = 0;
  for (v1::HistoryAudit& entry : *entries) {
    bytes += entry.ByteSizeLong();
    if (bytes > kMaxPageBytes && !response.entries().empty()) break;
    *response.add_entries() = std::move(entry);
  }
  return response;
}

absl::StatusOr<v1::GetAnchorResponse> HistoryService::GetAnchor(
    const authz::Caller& caller, const v1::GetAnchorRequest& request) {
  absl::StatusOr<v1::HistoryHead> head = history_.Head(caller.organisation_id);
  if (!head.ok()) return head.status();
  v1::GetAnchorResponse response;
  response.set_organisation_id(caller.organisation_id);
  response.set_organisation(organisation_);
  *response.mutable_head() = *std::move(head);
  *response.mutable_at() = contract::ToProto(clock_.wall());
  return response;
}

absl::StatusOr<v1::ErasePersonResponse> HistoryService::ErasePerson(
    const authz::Caller& caller, const v1::ErasePersonRequest& request) {
  if (request.person().empty()) {
    return absl::InvalidArgumentError("person: say whose, as the events have the login name");
  }
  v1::ErasePersonResponse response;
  if (request.count_only()) {
    absl::StatusOr<store::PersonsData> data =
        history_.CountPerson(caller.organisation_id, request.person());
    if (!data.ok()) return data.status();
    if (data->events + data->requests == 0) {
      return absl::NotFoundError("no event or request names this person (any more)");
    }
    response.set_events(data->events);
    response.set_requests(data->requests);
    response.set_grants(data->grants);
    return response;
  }
  if (request.person_again() != request.person()) {
    return absl::InvalidArgumentError("the name was not typed the same twice: nothing was erased");
  }
  if (absl::StripAsciiWhitespace(request.reason()).empty() ||
      request.reason().find(request.person()) != std::string::npos) {
    return absl::InvalidArgumentError(
        "reason: say why, without the person's name: the reason is kept");
  }
  std::string receipt = contract::RandomBytes(kReceiptBytes);
  const std::string whose = history::HashOf(receipt + request.person());
  absl::StatusOr<store::HistoryStore::Erased> erased =
      history_.ErasePerson(caller.organisation_id, request.person(), request.expected_events(),
                           {.organisation_id = caller.organisation_id,
                            .group_path = caller.group_path,
                            .at = clock_.wall(),
                            .actor = caller.name,
                            .method = std::string(history::kEraseMethod),
                            .target = absl::BytesToHexString(whose),
                            .detail = request.reason()});
  if (!erased.ok()) return erased.status();
  response.set_events(erased->data.events);
  response.set_requests(erased->data.requests);
  response.set_grants(erased->data.grants);
  response.set_audit_id(erased->audit_id);
  response.set_receipt(std::move(receipt));
  return response;
}

}  // namespace sekisho::console::service
