#include "console/service/enrolment_service.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "console/ids.h"
#include "proto/contract/hardware.h"
#include "proto/contract/seal.h"

namespace sekisho::console::service {
namespace {

constexpr std::size_t kMaxAddresses = 10000;
constexpr int kMaxSameNames = 1000;
constexpr std::size_t kMaxTerminalName = 128;

// The claims are signed by the very key that they carry: proof that whoever asks holds it.
absl::StatusOr<v1::EnrolmentRequestClaims> OpenClaims(const v1::Sealed& sealed) {
  v1::EnrolmentRequestClaims unverified;
  if (!unverified.ParseFromString(sealed.payload())) {
    return absl::InvalidArgumentError("the enrolment claims do not parse");
  }
  absl::StatusOr<contract::PublicKey> key =
      contract::ParsePublicKey(unverified.report_public_key());
  if (!key.ok()) return key.status();
  contract::KeyRing ring("");
  ring.Add(v1::PURPOSE_ENROLMENT_REQUEST, *key);
  return contract::OpenAndParse<v1::EnrolmentRequestClaims>(ring, sealed,
                                                            v1::PURPOSE_ENROLMENT_REQUEST);
}

// A machine that is known is only taken for itself again when it has been away for so long: whoever
// holds a token and knows a serial number must not push a terminal aside that is at work.
constexpr std::chrono::seconds kAway = 3 * contract::kStatusPeriod;

absl::Status WrongToken() {
  return absl::PermissionDeniedError(
      "the enrolment token is not one of this console's: check that it was copied whole, or ask "
      "for a new one (sekishoctl tokens create)");
}

bool IsIn(const store::TerminalRecord& entry, const store::EnrolmentTokenRecord& token) {
  return entry.group_path.rfind(token.group_path, 0) == 0;
}

store::TerminalRecord NewEntry(const store::EnrolmentTokenRecord& token, const std::string& name) {
  store::TerminalRecord record;
  record.organisation_id = token.organisation_id;
  record.terminal_id = NewUuid();
  record.group_id = token.group_id;
  record.group_path = token.group_path;
  record.name = name;
  return record;
}

}  // namespace

absl::StatusOr<v1::GetTrustAnchorResponse> EnrolmentService::GetTrustAnchor(
    const v1::GetTrustAnchorRequest& request) {
  v1::GetTrustAnchorResponse response;
  response.set_trust_anchor(keyring_.trust_anchor());
  for (const pki::AnchorLink& link : keyring_.anchor_links()) {
    *response.add_anchor_links() = link.sealed;
  }
  return response;
}

absl::Status EnrolmentService::TakeAttempt(const std::string& address) {
  std::lock_guard lock(mutex_);
  if (attempts_.size() >= kMaxAddresses && !attempts_.contains(address)) attempts_.clear();
  auto found = attempts_.try_emplace(address, contract::kEnrolRate).first;
  if (found->second.Take(clock_.steady())) return absl::OkStatus();
  return absl::ResourceExhaustedError("too many enrolments from this address: wait a moment");
}

absl::StatusOr<store::EnrolmentTokenRecord> EnrolmentService::CheckToken(
    const v1::EnrolRequest& request) {
  absl::StatusOr<store::EnrolmentTokenRecord> token = tokens_.FindToken(request.token_id());
  if (absl::IsNotFound(token.status())) return WrongToken();
  if (!token.ok()) return token.status();
  if (!EqualInConstantTime(Sha256Of(request.token_secret()), token->secret_hash)) {
    return WrongToken();
  }
  const char* why = nullptr;
  if (token->revoked) {
    why = "revoked";
  } else if (token->expires_at <= clock_.wall()) {
    why = "expired";
  } else if (token->uses_left == 0) {
    why = "used up";
  }
  if (why != nullptr) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the enrolment token is ", why, ": ask for a new one (sekishoctl tokens create)"));
  }
  return token;
}

absl::StatusOr<store::TerminalRecord> EnrolmentService::EntryFor(
    const store::EnrolmentTokenRecord& token, const v1::EnrolmentRequestClaims& claims) {
  if (!token.terminal_name.empty()) return NamedEntry(token);
  absl::StatusOr<std::optional<store::TerminalRecord>> known = KnownMachine(token, claims);
  if (!known.ok()) return known.status();
  if (known->has_value()) return **std::move(known);
  const std::string base =
      !claims.hostname().empty() ? claims.hostname().substr(0, kMaxTerminalName) : "terminal";
  std::string name = base;
  for (int copy = 2; copy < kMaxSameNames; ++copy) {
    absl::StatusOr<store::TerminalRecord> entry =
        terminals_.FindTerminalByName(token.organisation_id, name);
    if (absl::IsNotFound(entry.status())) return NewEntry(token, name);
    if (!entry.ok()) return entry.status();
    if (IsIn(*entry, token) && entry->state == v1::TERMINAL_STATE_EXPECTED) return entry;
    // Another machine of that name: an entry of its own.
    name = absl::StrCat(base, "-", copy);
  }
  return absl::ResourceExhaustedError(
      absl::StrCat("a thousand terminals are named like \"", base, "\": give this one a hostname"));
}

// The operator named the entry: a new machine or a new installation under its history.
absl::StatusOr<store::TerminalRecord> EnrolmentService::NamedEntry(
    const store::EnrolmentTokenRecord& token) {
  absl::StatusOr<store::TerminalRecord> entry =
      terminals_.FindTerminalByName(token.organisation_id, token.terminal_name);
  if (absl::IsNotFound(entry.status())) return NewEntry(token, token.terminal_name);
  if (!entry.ok() || IsIn(*entry, token)) return entry;
  return absl::FailedPreconditionError(absl::StrCat("the terminal \"", token.terminal_name,
                                                    "\" belongs to another group than the token"));
}

// The one entry of this very machine, if it has been away.
absl::StatusOr<std::optional<store::TerminalRecord>> EnrolmentService::KnownMachine(
    const store::EnrolmentTokenRecord& token, const v1::EnrolmentRequestClaims& claims) {
  if (!contract::NamesHardware(claims.hardware_serial())) return std::nullopt;
  absl::StatusOr<std::vector<store::TerminalRecord>> same =
      terminals_.ListTerminalsBySerial(token.organisation_id, claims.hardware_serial(), 2);
  if (!same.ok()) return same.status();
  if (same->size() != 1) return std::nullopt;
  store::TerminalRecord& entry = same->front();
  if (!IsIn(entry, token) || entry.state != v1::TERMINAL_STATE_ENROLLED) return std::nullopt;
  const WallTime heard =
      std::max(entry.last_status_at.value_or(WallTime{}), entry.enrolled_at.value_or(WallTime{}));
  if (registry_.Find(entry.terminal_id) != nullptr || clock_.wall() - heard < kAway) {
    return std::nullopt;
  }
  return std::move(entry);
}

absl::StatusOr<std::vector<std::string>> EnrolmentService::Certify(
    const v1::EnrolRequest& request, const pki::TerminalIdentity& identity, Carrier carrier) {
  if (carrier == Carrier::kParcel && request.certificate_request().empty()) {
    return std::vector<std::string>();
  }
  return keyring_.authority()->IssueTerminal(request.certificate_request(), identity,
                                             clock_.wall());
}

absl::StatusOr<v1::EnrolResponse> EnrolmentService::Enrol(const v1::EnrolRequest& request,
                                                          const std::string& address,
                                                          Carrier carrier) {
  if (absl::Status status = TakeAttempt(address); !status.ok()) return status;
  absl::StatusOr<store::EnrolmentTokenRecord> token = CheckToken(request);
  if (!token.ok()) return token.status();
  absl::StatusOr<v1::EnrolmentRequestClaims> claims = OpenClaims(request.claims());
  if (!claims.ok()) return claims.status();
  if (claims->token_id() != request.token_id()) {
    return absl::InvalidArgumentError("the enrolment claims are for another token");
  }
  // Between choosing an entry and taking it nobody else may: clones of one image come at once, with
  // one name.
  std::lock_guard one_at_a_time(choosing_);
  absl::StatusOr<store::TerminalRecord> entry = EntryFor(*token, *claims);
  if (!entry.ok()) return entry.status();
  entry->report_public_key = claims->report_public_key();
  entry->hostname = claims->hostname();
  entry->hardware_serial = claims->hardware_serial();
  entry->machine_id = claims->machine_id();

  const WallTime now = clock_.wall();
  pki::TerminalIdentity identity{entry->organisation_id, entry->terminal_id, entry->enrolment + 1};
  // Made before the token is used up, so that a bad certificate request costs no use.
  absl::StatusOr<std::vector<std::string>> certificates = Certify(request, identity, carrier);
  if (!certificates.ok()) return certificates.status();
  absl::StatusOr<store::TerminalRecord> enrolled = tokens_.EnrolWithToken(
      token->token_id, now, *entry,
      {.organisation_id = token->organisation_id,
       .group_path = entry->group_path,
       .at = now,
       .actor = absl::StrCat("token ", token->token_id),
       .method = "Enrol",
       .target = entry->name,
       .detail = absl::StrCat("terminal ", entry->terminal_id, " from ", address)});
  if (!enrolled.ok()) return enrolled.status();
  if (enrolled->enrolment != identity.enrolment) {
    identity.enrolment = enrolled->enrolment;
    certificates = Certify(request, identity, carrier);
    if (!certificates.ok()) return certificates.status();
  }
  if (std::shared_ptr<live::LiveTerminal> before = registry_.Find(enrolled->terminal_id)) {
    before->link().Close(absl::PermissionDeniedError("this terminal was enrolled anew"));
  }

  v1::EnrolmentGrant grant;
  grant.set_organisation_id(enrolled->organisation_id);
  grant.set_terminal_id(enrolled->terminal_id);
  grant.set_group_id(enrolled->group_id);
  grant.set_report_public_key(enrolled->report_public_key);
  grant.set_nonce(claims->nonce());
  grant.set_console_address(console_address_);
  absl::StatusOr<v1::Sealed> sealed =
      keyring_.Seal(v1::PURPOSE_ENROLMENT, grant.SerializeAsString());
  if (!sealed.ok()) return sealed.status();
  v1::EnrolResponse response;
  *response.mutable_enrolment() = *std::move(sealed);
  *response.mutable_key_set() = keyring_.key_set();
  response.set_trust_anchor(keyring_.trust_anchor());
  for (std::string& certificate : *certificates) {
    response.add_certificates(std::move(certificate));
  }
  return response;
}

absl::StatusOr<v1::RenewCertificateResponse> EnrolmentService::RenewCertificate(
    const pki::TerminalIdentity& identity, const v1::RenewCertificateRequest& request) {
  absl::StatusOr<store::TerminalRecord> terminal = terminals_.FindTerminal(identity.terminal_id);
  if (!terminal.ok() || terminal->state != v1::TERMINAL_STATE_ENROLLED ||
      terminal->organisation_id != identity.organisation_id ||
      terminal->enrolment != identity.enrolment) {
    if (!terminal.ok() && !absl::IsNotFound(terminal.status())) return terminal.status();
    return absl::PermissionDeniedError("this terminal is revoked or was enrolled anew");
  }
  absl::StatusOr<std::vector<std::string>> certificates =
      keyring_.authority()->IssueTerminal(request.certificate_request(), identity, clock_.wall());
  if (!certificates.ok()) return certificates.status();
  v1::RenewCertificateResponse response;
  for (std::string& certificate : *certificates) {
    response.add_certificates(std::move(certificate));
  }
  return response;
}

}  // namespace sekisho::console::service
