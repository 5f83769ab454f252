#include "agent/engine/parcel.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/engine/log.h"
#include "proto/contract/bounds.h"
#include "proto/contract/convert.h"
#include "proto/contract/seal.h"

namespace sekisho::engine {
namespace {

// A parcel's own fields, and for each message its key id, signature and lengths.
constexpr std::size_t kEnvelope = 512;
constexpr std::size_t kMessage = 160;
// Below it a batch is not worth its signature, unless it is the first.
constexpr std::size_t kLeastBatch = 8 * 1024;
// A batch's own fields and each record's length beside the records; see Uplink.
constexpr std::size_t kBatchFields = 1024;

v1::LocalFailure Unwritable(const absl::Status& status) {
  return Fail(v1::LOCAL_ERROR_UNAVAILABLE, "state-unwritable",
              {{"detail", std::string(status.message())}});
}

v1::LocalExportReply ReplyOf(const v1::Parcel& parcel, std::uint64_t left_out) {
  v1::LocalExportReply reply;
  reply.set_parcel(parcel.SerializeAsString());
  reply.set_left_out(left_out);
  return reply;
}

bool IsForTheConsole(const v1::Parcel& parcel) {
  return parcel.has_enrol() || std::ranges::any_of(parcel.sealed(), [](const v1::Sealed& sealed) {
           return sealed.purpose() == v1::PURPOSE_REPORT || sealed.purpose() == v1::PURPOSE_STATUS;
         });
}

}  // namespace

void Parcels::Load() {
  const std::optional<std::string> bytes = store_.Load(StateFile::kParcels);
  if (!bytes) return;
  absl::StatusOr<v1::StoredParcels> stored = contract::ParseStrictly<v1::StoredParcels>(*bytes);
  if (!stored.ok()) {
    return store_.SetAside(StateFile::kParcels, std::string(stored.status().message()));
  }
  stored_ = *std::move(stored);
  for (const v1::StoredQuestion& question : stored_.questions()) {
    const bool this_boot = question.boot_id() == clock_.BootId();
    beacons_.AskedByParcel(
        {question.nonce(),
         {question.running_grant_ids().begin(), question.running_grant_ids().end()},
         this_boot ? std::optional(platform::BootTime(
                         static_cast<std::int64_t>(question.asked_boottime_ns())))
                   : std::nullopt});
  }
}

absl::Status Parcels::Save() {
  return store_.Save(StateFile::kParcels, stored_.SerializeAsString());
}

Answer<v1::LocalExportReply> Parcels::Export(const std::string& token) {
  if (!token.empty()) return ExportRequest(token);
  const Identity* identity = identity_.get();
  if (identity == nullptr) return Fail(v1::LOCAL_ERROR_NOT_PERMITTED, "export-not-enrolled");
  v1::Status status = make_status_();
  v1::Parcel parcel;
  parcel.set_terminal_id(identity->terminal_id());
  *parcel.mutable_written_at() = contract::ToProto(clock_.WallNow());
  const v1::Sealed asked = contract::Seal(identity->report_key, identity->organisation_id(),
                                          v1::PURPOSE_STATUS, status.SerializeAsString());
  // Reports first: what answers them is about a history that the console knows by then.
  const std::uint64_t waiting = reporter_.waiting();
  const std::uint64_t sent = AddReports(
      parcel, contract::kMaxSealedPayload - kEnvelope - kMessage - asked.payload().size());
  *parcel.add_sealed() = asked;
  // Remembered before it leaves: an answer that nobody asked for is not believed.
  if (absl::Status saved = Remember(status); !saved.ok()) return Unwritable(saved);
  return ReplyOf(parcel, waiting - std::min(waiting, sent));
}

std::uint64_t Parcels::AddReports(v1::Parcel& parcel, std::size_t room) {
  spool::Spool* spool = reporter_.spool();
  const Identity& identity = *identity_.get();
  std::int64_t row = 0;
  std::uint64_t sent = 0;
  while (spool != nullptr && room > kMessage + kBatchFields + kLeastBatch) {
    absl::StatusOr<std::vector<spool::Spool::Stored>> stored =
        spool->Read(row, contract::kMaxRecordsPerBatch, room - kMessage - kBatchFields);
    if (!stored.ok()) {
      Log(Severity::kError, absl::StrCat("cannot read events: ", stored.status().message()));
      break;
    }
    if (stored->empty()) break;
    v1::ReportBatch batch;
    batch.set_terminal_id(identity.terminal_id());
    batch.set_boot_id(stored->front().record.boot_id);
    for (spool::Spool::Stored& each : *stored) batch.add_records(std::move(each.record.bytes));
    row = stored->back().row;
    sent += static_cast<std::uint64_t>(batch.records_size());
    std::string payload = batch.SerializeAsString();
    room -= std::min(room, payload.size() + kMessage);
    *parcel.add_sealed() = contract::Seal(identity.report_key, identity.organisation_id(),
                                          v1::PURPOSE_REPORT, std::move(payload));
  }
  return sent;
}

absl::Status Parcels::Remember(const v1::Status& status) {
  v1::StoredQuestion& question = *stored_.add_questions();
  question.set_nonce(status.nonce());
  question.set_boot_id(status.boot_id());
  question.set_asked_boottime_ns(status.boottime_ns());
  *question.mutable_running_grant_ids() = status.running_grant_ids();
  if (stored_.questions_size() > kMaxQuestions) {
    stored_.mutable_questions()->DeleteSubrange(0, stored_.questions_size() - kMaxQuestions);
  }
  if (absl::Status saved = Save(); !saved.ok()) {
    stored_.mutable_questions()->RemoveLast();
    return saved;
  }
  beacons_.AskedByParcel({status.nonce(),
                          {status.running_grant_ids().begin(), status.running_grant_ids().end()},
                          platform::BootTime(static_cast<std::int64_t>(status.boottime_ns()))});
  return absl::OkStatus();
}

Answer<v1::LocalExportReply> Parcels::ExportRequest(const std::string& token) {
  Answer<Enrolment::Request> prepared = enrolment_.Prepare(token);
  if (auto* failure = std::get_if<v1::LocalFailure>(&prepared)) return std::move(*failure);
  Enrolment::Request& request = std::get<Enrolment::Request>(prepared);
  v1::StoredEnrolment& remembered = *stored_.mutable_enrolment();
  remembered.set_report_key(request.report_key.Seed());
  remembered.set_nonce(request.nonce);
  remembered.set_trust_anchor_hash(request.token.trust_anchor_hash());
  remembered.set_token_id(request.token.token_id());
  if (absl::Status saved = Save(); !saved.ok()) return Unwritable(saved);
  v1::Parcel parcel;
  *parcel.mutable_written_at() = contract::ToProto(clock_.WallNow());
  v1::EnrolRequest& enrol = *parcel.mutable_enrol();
  enrol.set_token_id(request.token.token_id());
  enrol.set_token_secret(request.token.secret());
  *enrol.mutable_claims() = std::move(request.claims);
  return ReplyOf(parcel, 0);
}

Answer<v1::LocalImportReply> Parcels::Import(const std::string& bytes) {
  v1::Parcel parcel;
  if (!parcel.ParseFromString(bytes) || !contract::CheckBounds(parcel).ok()) {
    return Fail(v1::LOCAL_ERROR_INVALID, "parcel-malformed");
  }
  if (IsForTheConsole(parcel)) return Fail(v1::LOCAL_ERROR_INVALID, "parcel-for-console");
  if (parcel.has_enrolment()) return ImportEnrolment(parcel.enrolment());
  const Identity* identity = identity_.get();
  if (identity == nullptr) return Fail(v1::LOCAL_ERROR_NOT_PERMITTED, "import-not-enrolled");
  if (parcel.terminal_id() != identity->terminal_id()) {
    return Fail(v1::LOCAL_ERROR_INVALID, "parcel-other-terminal",
                {{"terminal", parcel.terminal_id()}});
  }
  v1::LocalImportReply reply;
  for (const v1::Sealed& sealed : parcel.sealed()) {
    switch (downlink_.Receive(sealed)) {
      case Downlink::Outcome::kTaken:
        reply.set_taken(reply.taken() + 1);
        break;
      case Downlink::Outcome::kKnown:
        reply.set_known(reply.known() + 1);
        break;
      case Downlink::Outcome::kRefused:
        reply.set_refused(reply.refused() + 1);
        break;
    }
  }
  // What is answered is asked no more, after a restart neither.
  const int before = stored_.questions_size();
  google::protobuf::RepeatedPtrField<v1::StoredQuestion> open;
  for (v1::StoredQuestion& question : *stored_.mutable_questions()) {
    if (beacons_.AwaitsByParcel(question.nonce())) *open.Add() = std::move(question);
  }
  stored_.mutable_questions()->Swap(&open);
  if (stored_.questions_size() == before) return reply;
  if (absl::Status saved = Save(); !saved.ok()) {
    // A replay after the next start would then be news once more, and say what is believed already.
    Log(Severity::kError, absl::StrCat("cannot write parcels: ", saved.message()));
  }
  return reply;
}

Answer<v1::LocalImportReply> Parcels::ImportEnrolment(const v1::EnrolResponse& response) {
  if (identity_.get() != nullptr) {
    return Fail(v1::LOCAL_ERROR_ALREADY, "already-enrolled",
                {{"terminal", identity_.get()->terminal_id()}});
  }
  if (!stored_.has_enrolment()) return Fail(v1::LOCAL_ERROR_NOT_PERMITTED, "parcel-not-asked");
  const v1::StoredEnrolment& asked = stored_.enrolment();
  absl::StatusOr<contract::PrivateKey> key = contract::PrivateKey::FromSeed(asked.report_key());
  if (!key.ok()) return Fail(v1::LOCAL_ERROR_NOT_PERMITTED, "parcel-not-asked");
  Answer<v1::LocalEnrolReply> accepted =
      enrolment_.Accept({response.trust_anchor(), response.enrolment(), response.key_set(), {}},
                        asked.trust_anchor_hash(), *std::move(key), asked.nonce());
  if (auto* failure = std::get_if<v1::LocalFailure>(&accepted)) return std::move(*failure);
  stored_.clear_enrolment();
  if (absl::Status saved = Save(); !saved.ok()) {
    // The key is the identity's by now; what lies there asks for nothing any more.
    Log(Severity::kError, absl::StrCat("cannot write parcels: ", saved.message()));
  }
  v1::LocalImportReply reply;
  reply.set_taken(1);
  return reply;
}

}  // namespace sekisho::engine
