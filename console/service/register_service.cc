#include "console/service/register_service.h"

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "agent/core/identity.h"
#include "console/ids.h"
#include "console/media/check.h"
#include "console/media/table.h"
#include "console/service/groups.h"
#include "console/service/paging.h"
#include "proto/contract/convert.h"

namespace sekisho::console::service {
namespace {

constexpr std::uint32_t kHistoryShown = 200;
constexpr std::uint32_t kExportedAtOnce = 1000;

std::string MethodName(const char* method) {
  return absl::StrCat("sekisho.v1.RegisterService/", method);
}

absl::Status CheckReason(const std::string& reason) {
  if (!absl::StripAsciiWhitespace(reason).empty()) return absl::OkStatus();
  return absl::InvalidArgumentError("say why (--reason \"…\"): it is kept with the medium");
}

absl::Status CheckEntry(const v1::Medium& medium) {
  const std::optional<media::Objection> objection = media::Check(medium);
  if (!objection) return absl::OkStatus();
  return absl::InvalidArgumentError(
      objection->column ? absl::StrCat(media::Heading(*objection->column, media::Words::kEnglish),
                                       ": ", objection->what)
                        : objection->what);
}

// After this entry: its label and id, neither of which the other can be taken for.
std::string TokenOf(const v1::Medium& medium) {
  return absl::WebSafeBase64Escape(
      absl::StrCat(medium.label_number().size(), ":", medium.label_number(), medium.medium_id()));
}

absl::StatusOr<store::MediumQuery::Place> PlaceOf(const std::string& token) {
  store::MediumQuery::Place place;
  if (token.empty()) return place;
  const absl::Status bad = absl::InvalidArgumentError("page_token is not one of ours");
  std::string text;
  if (!absl::WebSafeBase64Unescape(token, &text)) return bad;
  const std::size_t colon = text.find(':');
  std::uint32_t length = 0;
  if (colon == std::string::npos ||
      !absl::SimpleAtoi(absl::string_view(text.data(), colon), &length) ||
      text.size() - colon - 1 < length) {
    return bad;
  }
  place.label_number = text.substr(colon + 1, length);
  place.medium_id = text.substr(colon + 1 + length);
  return place;
}

std::string NameOf(const v1::Medium& medium) {
  return medium.label_number().empty() ? medium.medium_id() : medium.label_number();
}

void SetConfidence(v1::Medium& medium) {
  medium.set_confidence(core::ConfidenceOf(medium.serial()) == core::IdentityConfidence::kSerial
                            ? v1::IDENTITY_CONFIDENCE_SERIAL
                            : v1::IDENTITY_CONFIDENCE_MAKE);
}

}  // namespace

store::AuditEntry RegisterService::Audit(const authz::Caller& caller, const char* method,
                                         const std::string& group_path, std::string target,
                                         std::string detail) const {
  return {.organisation_id = caller.organisation_id,
          .group_path = group_path,
          .at = clock_.wall(),
          .actor = caller.name,
          .method = method,
          .target = std::move(target),
          .detail = std::move(detail)};
}

absl::StatusOr<store::MediumRecord> RegisterService::Find(const authz::Caller& caller,
                                                          const char* method,
                                                          const std::string& name) {
  absl::StatusOr<store::MediumRecord> record = media_.FindMedium(caller.organisation_id, name);
  if (absl::IsNotFound(record.status())) {
    return absl::NotFoundError(absl::StrCat("no medium \"", name,
                                            "\" by its label, serial or id; list them with: "
                                            "sekishoctl media list"));
  }
  if (!record.ok()) return record.status();
  absl::Status allowed =
      authz::Authorise(caller, MethodName(method), record->organisation_id, record->group_path);
  if (!allowed.ok()) return allowed;
  return record;
}

absl::StatusOr<store::MediumQuery> RegisterService::PageOf(const authz::Caller& caller,
                                                           const char* method,
                                                           const std::string& group,
                                                           const std::string& token) {
  absl::StatusOr<store::Group> found =
      ResolveGroup(organisations_, caller, MethodName(method), group);
  if (!found.ok()) return found.status();
  absl::StatusOr<store::MediumQuery::Place> after = PlaceOf(token);
  if (!after.ok()) return after.status();
  return store::MediumQuery{.scope = {found->organisation_id, found->path},
                            .state = v1::MEDIUM_STATE_UNSPECIFIED,
                            .words = "",
                            .after = *std::move(after)};
}

absl::StatusOr<v1::ListMediaResponse> RegisterService::ListMedia(
    const authz::Caller& caller, const v1::ListMediaRequest& request) {
  absl::StatusOr<std::uint32_t> size = PageSize(request.page_size());
  if (!size.ok()) return size.status();
  absl::StatusOr<store::MediumQuery> query =
      PageOf(caller, "ListMedia", request.group_id(), request.page_token());
  if (!query.ok()) return query.status();
  query->state = request.state();
  query->words = request.words();
  query->limit = *size + 1;
  absl::StatusOr<std::vector<store::MediumRecord>> records = media_.ListMedia(*query);
  if (!records.ok()) return records.status();
  v1::ListMediaResponse response;
  if (records->size() > *size) {
    records->pop_back();
    response.set_next_page_token(TokenOf(records->back().medium));
  }
  for (store::MediumRecord& record : *records) {
    *response.add_media() = std::move(record.medium);
  }
  return response;
}

absl::StatusOr<v1::GetMediumResponse> RegisterService::GetMedium(
    const authz::Caller& caller, const v1::GetMediumRequest& request) {
  absl::StatusOr<store::MediumRecord> record = Find(caller, "GetMedium", request.medium());
  if (!record.ok()) return record.status();
  absl::StatusOr<std::vector<v1::MediumChange>> history =
      media_.ListMediumHistory(record->organisation_id, record->medium.medium_id(), kHistoryShown);
  if (!history.ok()) return history.status();
  v1::GetMediumResponse response;
  *response.mutable_medium() = std::move(record->medium);
  for (v1::MediumChange& change : *history) *response.add_history() = std::move(change);
  return response;
}

absl::StatusOr<v1::Medium> RegisterService::Write(const authz::Caller& caller, const char* method,
                                                  store::MediumRecord record,
                                                  const std::string& reason) {
  absl::Status checked = CheckReason(reason);
  if (checked.ok()) checked = CheckEntry(record.medium);
  if (!checked.ok()) return checked;
  SetConfidence(record.medium);
  *record.medium.mutable_updated_at() = contract::ToProto(clock_.wall());
  record.medium.set_updated_by(caller.name);
  const store::AuditEntry audit =
      Audit(caller, method, record.group_path, NameOf(record.medium), reason);
  absl::StatusOr<std::vector<store::MediumRecord>> written =
      media_.WriteMedia({std::move(record)}, reason, audit);
  if (!written.ok()) return written.status();
  courier_.Changed(caller.organisation_id);
  return std::move(written->front().medium);
}

absl::StatusOr<v1::PutMediumResponse> RegisterService::PutMedium(
    const authz::Caller& caller, const v1::PutMediumRequest& request) {
  store::MediumRecord record{
      .organisation_id = caller.organisation_id, .group_path = "", .medium = request.medium()};
  v1::Medium& medium = record.medium;
  if (medium.medium_id().empty()) {
    medium.set_medium_id(NewUuid());
    medium.set_revision(0);
    if (medium.state() == v1::MEDIUM_STATE_UNSPECIFIED) {
      medium.set_state(v1::MEDIUM_STATE_IN_STOCK);
    }
  } else {
    absl::StatusOr<store::MediumRecord> before = Find(caller, "PutMedium", medium.medium_id());
    if (!before.ok()) return before.status();
    const v1::MediumState was = before->medium.state();
    const bool restocked =
        was == v1::MEDIUM_STATE_RETURNED && medium.state() == v1::MEDIUM_STATE_IN_STOCK;
    if (medium.state() != was && !restocked) {
      return absl::FailedPreconditionError(
          "an entry's state is changed by what happens to the medium: sekishoctl media issue, "
          "return, lost or retire");
    }
    if (medium.group_id().empty()) medium.set_group_id(before->medium.group_id());
  }
  absl::StatusOr<store::Group> group =
      ResolveGroup(organisations_, caller, MethodName("PutMedium"), medium.group_id());
  if (!group.ok()) return group.status();
  medium.set_group_id(group->group_id);
  record.group_path = group->path;
  absl::StatusOr<v1::Medium> written =
      Write(caller, "PutMedium", std::move(record), request.reason());
  if (!written.ok()) return written.status();
  v1::PutMediumResponse response;
  *response.mutable_medium() = *std::move(written);
  return response;
}

absl::StatusOr<v1::Medium> RegisterService::Move(const authz::Caller& caller, const char* method,
                                                 const std::string& name, const std::string& reason,
                                                 const Step& step) {
  absl::StatusOr<store::MediumRecord> record = Find(caller, method, name);
  if (!record.ok()) return record.status();
  if (record->medium.state() == v1::MEDIUM_STATE_RETIRED) {
    return absl::FailedPreconditionError(
        absl::StrCat("\"", NameOf(record->medium), "\" is retired (certificate ",
                     record->medium.certificate_number(), "): what was destroyed does not move"));
  }
  if (absl::Status moved = step(record->medium); !moved.ok()) return moved;
  return Write(caller, method, *std::move(record), reason);
}

absl::StatusOr<v1::IssueMediumResponse> RegisterService::IssueMedium(
    const authz::Caller& caller, const v1::IssueMediumRequest& request) {
  absl::StatusOr<v1::Medium> medium =
      Move(caller, "IssueMedium", request.medium(), request.reason(),
           [&](v1::Medium& each) -> absl::Status {
             if (each.state() == v1::MEDIUM_STATE_ISSUED) {
               return absl::FailedPreconditionError(
                   absl::StrCat("it is issued to ", each.issued_to(),
                                "; take it back first: sekishoctl media return"));
             }
             if (each.state() == v1::MEDIUM_STATE_LOST) {
               return absl::FailedPreconditionError(
                   "it is lost; when it was found: sekishoctl media return");
             }
             each.set_state(v1::MEDIUM_STATE_ISSUED);
             each.set_issued_to(request.issued_to());
             return absl::OkStatus();
           });
  if (!medium.ok()) return medium.status();
  v1::IssueMediumResponse response;
  *response.mutable_medium() = *std::move(medium);
  return response;
}

absl::StatusOr<v1::ReturnMediumResponse> RegisterService::ReturnMedium(
    const authz::Caller& caller, const v1::ReturnMediumRequest& request) {
  absl::StatusOr<v1::Medium> medium =
      Move(caller, "ReturnMedium", request.medium(), request.reason(), [](v1::Medium& each) {
        each.set_state(v1::MEDIUM_STATE_RETURNED);
        each.clear_issued_to();
        return absl::OkStatus();
      });
  if (!medium.ok()) return medium.status();
  v1::ReturnMediumResponse response;
  *response.mutable_medium() = *std::move(medium);
  return response;
}

absl::StatusOr<v1::LoseMediumResponse> RegisterService::LoseMedium(
    const authz::Caller& caller, const v1::LoseMediumRequest& request) {
  // Who had it stays in the entry.
  absl::StatusOr<v1::Medium> medium =
      Move(caller, "LoseMedium", request.medium(), request.reason(), [](v1::Medium& each) {
        each.set_state(v1::MEDIUM_STATE_LOST);
        return absl::OkStatus();
      });
  if (!medium.ok()) return medium.status();
  v1::LoseMediumResponse response;
  *response.mutable_medium() = *std::move(medium);
  return response;
}

absl::StatusOr<v1::RetireMediumResponse> RegisterService::RetireMedium(
    const authz::Caller& caller, const v1::RetireMediumRequest& request) {
  absl::StatusOr<v1::Medium> medium =
      Move(caller, "RetireMedium", request.medium(), request.reason(), [&](v1::Medium& each) {
        each.set_state(v1::MEDIUM_STATE_RETIRED);
        each.set_certificate_number(request.certificate_number());
        each.clear_issued_to();
        return absl::OkStatus();
      });
  if (!medium.ok()) return medium.status();
  v1::RetireMediumResponse response;
  *response.mutable_medium() = *std::move(medium);
  return response;
}

absl::StatusOr<v1::ExportMediaResponse> RegisterService::ExportMedia(
    const authz::Caller& caller, const v1::ExportMediaRequest& request) {
  absl::StatusOr<store::MediumQuery> query =
      PageOf(caller, "ExportMedia", request.group_id(), request.page_token());
  if (!query.ok()) return query.status();
  query->limit = kExportedAtOnce + 1;
  absl::StatusOr<std::vector<store::MediumRecord>> records = media_.ListMedia(*query);
  if (!records.ok()) return records.status();
  absl::StatusOr<std::vector<store::Group>> groups =
      organisations_.ListGroups({caller.organisation_id, ""});
  if (!groups.ok()) return groups.status();
  std::map<std::string, std::string> names;
  for (const store::Group& group : *groups) names[group.group_id] = group.name;
  const media::Words words = request.japanese() ? media::Words::kJapanese : media::Words::kEnglish;
  v1::ExportMediaResponse response;
  *response.mutable_exported_at() = contract::ToProto(clock_.wall());
  if (records->size() > kExportedAtOnce) {
    records->pop_back();
    response.set_next_page_token(TokenOf(records->back().medium));
  }
  // Excel takes a file without the mark for the machine's old encoding.
  if (request.page_token().empty()) {
    response.set_text(absl::StrCat("\xef\xbb\xbf", media::WriteHeadings(words)));
  }
  for (const store::MediumRecord& record : *records) {
    response.mutable_text()->append(
        media::WriteMedium(record.medium, names[record.medium.group_id()], words));
  }
  return response;
}

}  // namespace sekisho::console::service
