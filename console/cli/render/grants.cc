#include <chrono>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "console/cli/render/describe.h"
#include "console/cli/render/lists.h"
#include "console/cli/render/table.h"
#include "console/cli/texts/headings.h"
#include "console/cli/texts/names.h"
#include "console/cli/time_span.h"
#include "proto/contract/volume.h"

namespace sekisho::console::cli {
namespace {

std::string AnswerOf(const v1::ExceptionRequest& request, Language language) {
  if (!request.grant_id().empty()) {
    return Fill(headings::kGranted.In(language), {{"grant", ShortId(request.grant_id())}});
  }
  if (request.adopted()) return std::string(headings::kAdopted.In(language));
  return std::string((request.denied() ? headings::kDenied : headings::kOpen).In(language));
}

std::string PersonOf(const v1::ExceptionRequest& request) {
  return request.has_person() ? DescribePerson(request.person()) : "";
}

std::string UntilOf(const v1::Grant& grant, absl::TimeZone zone) {
  return grant.claims().has_expires_at() ? WriteMoment(grant.claims().expires_at(), zone) : "";
}

// A time that was never set is no line at all, rather than a line with "-".
std::string IfSet(bool set, const google::protobuf::Timestamp& time, absl::TimeZone zone) {
  return set ? WriteMoment(time, zone) : "";
}

}  // namespace

std::string WriteRequests(const v1::ListRequestsResponse& requests, const Style& style) {
  const auto heading = [&style](const Text& text) { return std::string(text.In(style.language)); };
  Table table({heading(headings::kReference), heading(headings::kTerminal),
               heading(headings::kPerson), heading(headings::kDevice),
               heading(headings::kFingerprint), heading(headings::kAsked),
               heading(headings::kAnswer), heading(headings::kReason)});
  for (const v1::ExceptionRequest& request : requests.requests()) {
    table.Add({request.reference(), request.terminal_name(), PersonOf(request),
               DescribeDeviceBriefly(request.device(), style.language),
               ShortFingerprint(request.device().fingerprint()),
               WriteMoment(request.received_at(), style.zone), AnswerOf(request, style.language),
               request.reason().empty() ? heading(headings::kNotAsked) : request.reason()});
  }
  return table.Write();
}

std::string WriteRequest(const v1::ExceptionRequest& request, const Style& style) {
  const auto heading = [&style](const Text& text) { return std::string(text.In(style.language)); };
  return WriteFields(
      {{heading(headings::kReference), request.reference()},
       {heading(headings::kTerminal), request.terminal_name()},
       {heading(headings::kPerson), PersonOf(request)},
       {heading(headings::kDevice), DescribeDevice(request.device(), style.language)},
       {heading(headings::kFingerprint), absl::BytesToHexString(request.device().fingerprint())},
       {heading(headings::kWhy),
        DescribeVerdict(request.verdict(), request.device(), style.language)},
       {heading(headings::kReason),
        request.reason().empty() ? heading(headings::kNotAsked) : request.reason()},
       {heading(headings::kAsked), WriteMoment(request.received_at(), style.zone)},
       {heading(headings::kAnswer), AnswerOf(request, style.language)}});
}

std::string WriteGrants(const std::vector<v1::Grant>& grants, const Style& style) {
  const auto heading = [&style](const Text& text) { return std::string(text.In(style.language)); };
  Table table({heading(headings::kGrant), heading(headings::kState), heading(headings::kTerminal),
               heading(headings::kDevice), heading(headings::kMode), heading(headings::kFor),
               heading(headings::kUntil), heading(headings::kRequestedBy),
               heading(headings::kTicket), heading(headings::kGrantReason)});
  for (const v1::Grant& grant : grants) {
    const v1::GrantClaims& claims = grant.claims();
    table.Add({ShortId(claims.grant_id()), NameOf(grant.state(), style.language),
               grant.terminal_name(), DescribeDeviceBriefly(grant.device(), style.language),
               NameOf(claims.action(), style.language),
               WriteSpan(std::chrono::seconds(grant.seconds())), UntilOf(grant, style.zone),
               claims.requested_by(), claims.ticket(), claims.reason()});
  }
  return table.Write();
}

std::string WriteGrant(const v1::Grant& grant, const Style& style) {
  const auto heading = [&style](const Text& text) { return std::string(text.In(style.language)); };
  const v1::GrantClaims& claims = grant.claims();
  return WriteFields(
      {{heading(headings::kGrant), claims.grant_id()},
       {heading(headings::kState), NameOf(grant.state(), style.language)},
       {heading(headings::kCause), CauseName(grant.cause(), style.language)},
       {heading(headings::kTerminal), grant.terminal_name()},
       {heading(headings::kDevice), DescribeDevice(grant.device(), style.language)},
       {heading(headings::kFingerprint), absl::BytesToHexString(claims.device().fingerprint())},
       {heading(headings::kMode), NameOf(claims.action(), style.language)},
       {heading(headings::kFor), WriteSpan(std::chrono::seconds(grant.seconds()))},
       {heading(headings::kMaxVolume), contract::WriteVolume(claims.max_written_bytes())},
       {heading(headings::kGrantReason), claims.reason()},
       {heading(headings::kTicket), claims.ticket()},
       {heading(headings::kReference), claims.reference()},
       {heading(headings::kRequestedBy), claims.requested_by()},
       {heading(headings::kApprovedBy), claims.approved_by()},
       {heading(headings::kIssued), IfSet(claims.has_issued_at(), claims.issued_at(), style.zone)},
       {heading(headings::kUntil), UntilOf(grant, style.zone)},
       {heading(headings::kOpened), IfSet(grant.has_opened_at(), grant.opened_at(), style.zone)},
       {heading(headings::kEnded), IfSet(grant.has_ended_at(), grant.ended_at(), style.zone)}});
}

}  // namespace sekisho::console::cli
