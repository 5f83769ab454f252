#include "proto/contract/bounds.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <unordered_map>

#include "absl/strings/str_cat.h"
#include "agent/core/text.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/unknown_field_set.h"

namespace sekisho::contract {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr std::size_t kHashBytes = 32;
constexpr std::size_t kNonceBytes = 16;
constexpr std::size_t kMaxDer = 4096;          // one certificate, or one request for one
constexpr std::size_t kMaxAnchor = 8192;       // TrustAnchor: a certificate and a few bytes
constexpr std::size_t kMaxChain = 4;           // certificates
constexpr std::size_t kMaxToken = 1024;        // an enrolment token's text
constexpr std::size_t kMaxPage = 1000;         // items of one answer to an operator
constexpr std::size_t kMaxRules = 1000;        // of a policy; the payload's bound is reached before
constexpr std::size_t kMaxLive = 64;           // grants, probes, features
constexpr std::size_t kMaxFleet = 100'000;     // terminals of one order
constexpr std::size_t kMaxText = 2048;         // what the person at the terminal reads
constexpr std::size_t kMaxSimulated = 20'000;  // devices of one answer
constexpr std::size_t kMaxExportPiece = 8 * 1024 * 1024;  // a thousand media, as long as can be

constexpr FieldBound Bytes(std::size_t max) { return {.max_bytes = max}; }
constexpr FieldBound Strings(std::size_t max) { return {.max_bytes = max}; }
constexpr FieldBound Lines(std::size_t max) {
  return {.max_bytes = max, .max_items = 1, .form = TextForm::kLines};
}
constexpr FieldBound List(std::size_t items, std::size_t bytes = kMaxStringBytes) {
  return {.max_bytes = bytes, .max_items = items};
}

// By full field name without "sekisho.v1.".
const std::map<std::string_view, FieldBound>& Table() {
  static const auto* const table = new std::map<std::string_view, FieldBound>{
      // device, policy
      {"Device.fingerprint", Bytes(kHashBytes)},
      {"Device.classes", List(32)},
      {"DeviceMatch.fingerprint", Bytes(kHashBytes)},
      {"DeviceMatch.classes", List(32)},
      {"DeviceMatch.buses", List(16)},
      {"DeviceMatch.identity", Bytes(kHashBytes)},
      {"DeviceMatch.hours", List(32)},
      {"DeviceRule.only_interfaces", List(32)},
      {"Device.identity", Bytes(kHashBytes)},
      {"InterfaceMatch.types", List(64)},
      {"DeviceRule.id", Strings(64)},
      {"Policy.rules", List(kMaxRules)},
      {"Texts.blocked_ja", Lines(kMaxText)},
      {"Texts.blocked_en", Lines(kMaxText)},
      {"Texts.contact_ja", Lines(kMaxText)},
      {"Texts.contact_en", Lines(kMaxText)},
      {"Bundle.required_features", List(kMaxLive, 64)},
      // seal
      {"Sealed.key_id", Bytes(16)},
      {"Sealed.payload", Bytes(kMaxSealedPayload)},
      {"Sealed.signature", Bytes(64)},
      {"TrustAnchor.root_public_key", Bytes(kHashBytes)},
      {"TrustAnchor.ca_certificate", Bytes(kMaxDer)},
      {"SigningKey.public_key", Bytes(kHashBytes)},
      {"KeySet.keys", List(32)},
      // grant
      {"GrantedDevice.fingerprint", Bytes(kHashBytes)},
      {"Order.report_key_id", Bytes(16)},
      // event
      {"Parameter.key", Strings(64)},
      {"Event.previous_hash", Bytes(kHashBytes)},
      {"Event.parameters", List(16)},
      {"ReportBatch.records", List(kMaxRecordsPerBatch, kMaxRecordBytes)},
      {"Status.bundle_hash", Bytes(kHashBytes)},
      {"Status.running_grant_ids", List(kMaxLive, 64)},
      {"Status.probes", List(kMaxLive)},
      {"Status.nonce", Bytes(kNonceBytes)},
      {"Status.hardware", Bytes(kHashBytes)},
      {"Acknowledgement.record_hash", Bytes(kHashBytes)},
      {"Beacon.nonce", Bytes(kNonceBytes)},
      {"Beacon.live_grant_ids", List(kMaxLive, 64)},
      // agent_service
      {"EnrolmentToken.secret", Bytes(kNonceBytes)},
      {"EnrolmentToken.trust_anchor_hash", Bytes(kHashBytes)},
      {"GetTrustAnchorResponse.trust_anchor", Bytes(kMaxAnchor)},
      {"GetTrustAnchorResponse.anchor_links", List(kMaxAnchorLinks)},
      {"EnrolmentRequestClaims.report_public_key", Bytes(kHashBytes)},
      {"EnrolmentRequestClaims.nonce", Bytes(kNonceBytes)},
      {"EnrolRequest.token_secret", Bytes(kNonceBytes)},
      {"EnrolRequest.certificate_request", Bytes(kMaxDer)},
      {"EnrolResponse.trust_anchor", Bytes(kMaxAnchor)},
      {"EnrolResponse.certificates", List(kMaxChain, kMaxDer)},
      {"EnrolmentGrant.report_public_key", Bytes(kHashBytes)},
      {"EnrolmentGrant.nonce", Bytes(kNonceBytes)},
      {"RenewCertificateRequest.certificate_request", Bytes(kMaxDer)},
      {"RenewCertificateResponse.certificates", List(kMaxChain, kMaxDer)},
      {"Hello.features", List(kMaxLive, 64)},
      {"Welcome.features", List(kMaxLive, 64)},
      // operators' services
      {"CreateGrantRequest.fingerprint", Bytes(kHashBytes)},
      {"AdoptDeviceRequest.fingerprint", Bytes(kHashBytes)},
      {"AbandonDeviceRequest.fingerprint", Bytes(kHashBytes)},
      {"SetModeResponse.terminals", List(kMaxFleet)},
      {"SetLoginsModeResponse.terminals", List(kMaxFleet)},
      {"ConfirmTrialResponse.terminals", List(kMaxFleet)},
      {"ListWouldBeBlockedResponse.devices", List(kMaxPage)},
      {"WouldBeBlocked.terminal_names", List(20)},
      {"ListOrdersResponse.orders", List(kMaxPage)},
      {"ListRequestsResponse.requests", List(kMaxPage)},
      {"ListGrantsResponse.grants", List(kMaxPage)},
      {"ListEventsResponse.events", List(kMaxPage)},
      {"WatchEventsResponse.events", List(kMaxPage)},
      {"ListTerminalsResponse.terminals", List(kMaxPage)},
      {"ListEnrolmentTokensResponse.tokens", List(kMaxPage)},
      {"CreateEnrolmentTokenResponse.token", Strings(kMaxToken)},
      {"ListOperatorsResponse.operators", List(kMaxPage)},
      {"ListGroupsResponse.groups", List(kMaxPage)},
      {"ListPoliciesResponse.policies", List(kMaxPage)},
      {"CheckPolicyRequest.yaml", Lines(kMaxPolicyYaml)},
      {"DiffPolicyRequest.yaml", Lines(kMaxPolicyYaml)},
      {"PublishPolicyRequest.yaml", Lines(kMaxPolicyYaml)},
      {"PublishedPolicy.yaml", Lines(kMaxPolicyYaml)},
      {"DiffPolicyResponse.changes", List(8 * kMaxRules + 100)},
      {"PolicyChange.before", Strings(kMaxPolicyYaml)},
      {"PolicyChange.after", Strings(kMaxPolicyYaml)},
      {"PolicyChange.rule_ids", List(kMaxRules, 64)},
      {"SimulatePolicyRequest.yaml", Lines(kMaxPolicyYaml)},
      {"SimulatePolicyRequest.page_token", Strings(kMaxToken)},
      {"SimulatePolicyResponse.changes", List(kMaxSimulated)},
      {"SimulatedCount.people", List(kMaxSimulated)},
      {"SimulatedChange.terminal_names", List(20)},
      {"Medium.identity", Bytes(kHashBytes)},
      {"Medium.note", Strings(kMaxText)},
      {"RegisterEntry.identity", Bytes(kHashBytes)},
      {"RegisterUpdate.upserts", List(kMaxRegisterChanges)},
      {"RegisterUpdate.removed", List(kMaxRegisterChanges, 64)},
      {"ListMediaResponse.media", List(kMaxPage)},
      {"ImportMediaRequest.text", Bytes(kMaxImportPiece)},
      {"ImportMediaResponse.problems", List(100)},
      {"ExportMediaResponse.text", Bytes(kMaxExportPiece)},
      {"HistoryEvent.record_hash", Bytes(kHashBytes)},
      {"HistoryEvent.record", Bytes(kMaxRecordBytes)},
      {"HistoryEvent.link", Bytes(kHashBytes)},
      {"HistoryAudit.link", Bytes(kHashBytes)},
      {"HistoryHead.event_link", Bytes(kHashBytes)},
      {"HistoryHead.audit_link", Bytes(kHashBytes)},
      {"ReadHistoryResponse.events", List(kMaxPage)},
      {"ReadAuditResponse.entries", List(kMaxPage)},
      {"HistoryReport.findings", List(kMaxPage)},
      {"ErasePersonResponse.receipt", Bytes(kNonceBytes)},
      // parcels that agentd keeps in mind
      {"StoredQuestion.nonce", Bytes(kNonceBytes)},
      {"StoredQuestion.running_grant_ids", List(kMaxLive, 64)},
      {"StoredParcels.questions", List(4)},
      {"StoredEnrolment.report_key", Bytes(kHashBytes)},
      {"StoredEnrolment.nonce", Bytes(kNonceBytes)},
      {"StoredEnrolment.trust_anchor_hash", Bytes(kHashBytes)},
      // local
      {"LocalEnrolRequest.token", Strings(kMaxToken)},
      {"LinkEnrolOrder.token", Strings(kMaxToken)},
      {"LinkEnrolment.trust_anchor", Bytes(kMaxAnchor)},
      {"LinkConfiguration.trust_anchor", Bytes(kMaxAnchor)},
      {"LinkConfiguration.earlier_authorities", List(kMaxAnchorLinks, kMaxDer)},
      {"LinkWelcome.features", List(kMaxLive, 64)},
      {"Parcel.sealed", List(kMaxListItems)},
      {"LocalExportRequest.token", Strings(kMaxToken)},
      {"LocalExportReply.parcel", Bytes(kMaxSealedPayload)},
      {"LocalImportRequest.parcel", Bytes(kMaxSealedPayload)},
      {"LocalStatusReply.grants", List(kMaxLive)},
      {"LocalStatusReply.probes", List(kMaxLive)},
      {"LocalDoctorReply.probes", List(kMaxLive)},
      {"PersonFactors.factors", List(16)},
  };
  return *table;
}

constexpr std::string_view kPackage = "sekisho.v1.";

absl::Status Broken(const FieldDescriptor& field, const std::string& why) {
  return absl::InvalidArgumentError(absl::StrCat(field.full_name(), ": ", why));
}

// Nothing but ASCII that prints, as nearly every text is.
bool IsPlain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; });
}

absl::Status CheckText(const FieldDescriptor& field, std::string_view text, TextForm form) {
  if (IsPlain(text)) return absl::OkStatus();
  while (!text.empty()) {
    const std::optional<core::Utf8Character> character = core::FirstCharacter(text);
    if (!character) return Broken(field, "not UTF-8");
    const bool line_break = character->code_point == U'\n' || character->code_point == U'\t' ||
                            character->code_point == U'\r';
    if (core::IsControl(character->code_point) && !(line_break && form == TextForm::kLines)) {
      return Broken(field, "holds a control character");
    }
    text.remove_prefix(character->length);
  }
  return absl::OkStatus();
}

absl::Status CheckString(const FieldDescriptor& field, const std::string& value,
                         const FieldBound& bound) {
  if (value.size() > bound.max_bytes) {
    return Broken(field, absl::StrCat("longer than ", bound.max_bytes, " bytes"));
  }
  if (field.type() == FieldDescriptor::TYPE_BYTES) return absl::OkStatus();
  return CheckText(field, value, bound.form);
}

// BoundOf, looked up by name once a field and thread: every event of the fleet comes through here.
FieldBound KnownBoundOf(const FieldDescriptor& field) {
  const auto bound = [&] { return BoundOf(field).value_or(FieldBound{}); };
  if (field.file()->pool() != google::protobuf::DescriptorPool::generated_pool()) return bound();
  thread_local std::unordered_map<const FieldDescriptor*, FieldBound> known;
  const auto found = known.find(&field);
  return found != known.end() ? found->second : known.emplace(&field, bound()).first->second;
}

enum class Unknown { kKept, kRefused };

absl::Status Check(const Message& message, Unknown unknown);

absl::Status RefuseUnknownEnum(const Message& message, const FieldDescriptor& field) {
  const Reflection& reflection = *message.GetReflection();
  const auto check = [&](int number) {
    if (field.enum_type()->FindValueByNumber(number) != nullptr) return absl::OkStatus();
    return absl::FailedPreconditionError(
        absl::StrCat(field.full_name(), ": unknown value ", number));
  };
  if (!field.is_repeated()) return check(reflection.GetEnumValue(message, &field));
  for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
    absl::Status status = check(reflection.GetRepeatedEnumValue(message, &field, i));
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status CheckField(const Message& message, const FieldDescriptor& field, Unknown unknown) {
  const Reflection& reflection = *message.GetReflection();
  const bool is_text = field.cpp_type() == FieldDescriptor::CPPTYPE_STRING;
  const bool is_message = field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
  if (unknown == Unknown::kRefused && field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
    if (absl::Status status = RefuseUnknownEnum(message, field); !status.ok()) return status;
  }
  if (!is_text && !field.is_repeated()) {
    return is_message ? Check(reflection.GetMessage(message, &field), unknown) : absl::OkStatus();
  }
  const FieldBound bound = KnownBoundOf(field);
  const int count = field.is_repeated() ? reflection.FieldSize(message, &field) : 1;
  if (field.is_repeated() && static_cast<std::size_t>(count) > bound.max_items) {
    return Broken(field, absl::StrCat("more than ", bound.max_items, " items"));
  }
  if (!is_text && !is_message) return absl::OkStatus();
  std::string scratch;
  for (int i = 0; i < count; ++i) {
    absl::Status status;
    if (is_text) {
      status = CheckString(field,
                           field.is_repeated()
                               ? reflection.GetRepeatedStringReference(message, &field, i, &scratch)
                               : reflection.GetStringReference(message, &field, &scratch),
                           bound);
    } else {
      status = Check(field.is_repeated() ? reflection.GetRepeatedMessage(message, &field, i)
                                         : reflection.GetMessage(message, &field),
                     unknown);
    }
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Check(const Message& message, Unknown unknown) {
  const Reflection& reflection = *message.GetReflection();
  if (unknown == Unknown::kRefused) {
    const google::protobuf::UnknownFieldSet& fields = reflection.GetUnknownFields(message);
    if (!fields.empty()) {
      return absl::FailedPreconditionError(absl::StrCat(
          message.GetDescriptor()->full_name(), ": unknown field ", fields.field(0).number()));
    }
  }
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (absl::Status status = CheckField(message, *field, unknown); !status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace

std::optional<FieldBound> BoundOf(const FieldDescriptor& field) {
  std::string_view name = field.full_name();
  if (name.starts_with(kPackage)) {
    const auto entry = Table().find(name.substr(kPackage.size()));
    if (entry != Table().end()) return entry->second;
  }
  if (field.type() == FieldDescriptor::TYPE_BYTES) return std::nullopt;
  return FieldBound{.max_bytes = kMaxStringBytes,
                    .max_items = field.is_repeated() ? kMaxListItems : 1};
}

std::vector<std::string> BoundedFields() {
  std::vector<std::string> names;
  for (const auto& [name, bound] : Table()) names.push_back(std::string(kPackage).append(name));
  return names;
}

absl::Status CheckBounds(const Message& message) { return Check(message, Unknown::kKept); }

absl::Status CheckBoundsAndUnknown(const Message& message) {
  return Check(message, Unknown::kRefused);
}

bool TokenBucket::Take(std::chrono::nanoseconds now) {
  // A clock that ran backwards takes away what it then gives again.
  const double seconds = std::chrono::duration<double>(now - last_).count();
  tokens_ = std::min(rate_.burst, tokens_ + seconds * rate_.per_second);
  last_ = now;
  if (tokens_ < 1) return false;
  tokens_ -= 1;
  return true;
}

}  // namespace sekisho::contract
