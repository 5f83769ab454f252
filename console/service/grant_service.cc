#include "console/service/grant_service.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "console/grants/claims.h"
#include "console/ids.h"
#include "console/log.h"
#include "console/service/groups.h"
#include "console/service/subject.h"
#include "proto/contract/convert.h"
#include "proto/contract/volume.h"

namespace sekisho::console::service {
namespace {

// An approval that comes later than this is asked for again.
constexpr std::chrono::hours kApprovalWaits{8};
constexpr char kVolumeFeature[] = "grant_volume";
#define SEKISHO_METHOD(name) "sekisho.v1.GrantService/" name

absl::Status CheckAction(v1::Action action) {
  // Whether read-only can be held is for the terminal to say, which tries; one that cannot refuses
  // the grant (action_unavailable), as one of before 0.3.0 does.
  if (action == v1::ACTION_ALLOW || action == v1::ACTION_READ_ONLY) return absl::OkStatus();
  return absl::InvalidArgumentError("say how it is opened: --mode read-write or --mode read-only");
}

}  // namespace

store::AuditEntry GrantService::Audit(const authz::Caller& caller, const char* method,
                                      const store::GrantRecord& grant, std::string detail) const {
  return {.organisation_id = grant.organisation_id,
          .group_path = grant.group_path,
          .at = clock_.wall(),
          .actor = caller.name,
          .method = method,
          .target = grant.claims.grant_id(),
          .detail = std::move(detail)};
}

absl::StatusOr<v1::ExceptionLimits> GrantService::LimitsFor(const store::TerminalRecord& terminal) {
  absl::StatusOr<store::PolicyRecord> policy =
      policies_.FindEffective(terminal.organisation_id, terminal.group_path);
  if (absl::IsNotFound(policy.status())) {
    return absl::FailedPreconditionError(
        "no policy is published for this terminal's group, so nobody may make exceptions: "
        "sekishoctl policy publish FILE");
  }
  if (!policy.ok()) return policy.status();
  return policy->policy.exceptions();
}

absl::Status GrantService::Issue(store::GrantRecord& grant) {
  const WallTime now = clock_.wall();
  std::optional<grants::ClockReading> reading;
  if (const std::shared_ptr<live::LiveTerminal> live = registry_.Find(grant.terminal_id)) {
    // One that is not connected says so itself: it refuses what it does not know.
    if (grant.claims.max_written_bytes() != 0 && !live->Speaks(kVolumeFeature)) {
      return absl::FailedPreconditionError(
          absl::StrCat("\"", grant.terminal_name,
                       "\" has an agent that cannot bound what is written: upgrade it first"));
    }
    if (const std::optional<live::KnownStatus> known = live->status()) {
      reading = {known->status.boot_id(), known->status.boottime_ns(),
                 clock_.steady() - known->received_steady};
    }
  }
  if (!reading.has_value()) {
    absl::StatusOr<store::TerminalRecord> terminal = terminals_.FindTerminal(grant.terminal_id);
    if (!terminal.ok()) return terminal.status();
    if (!terminal->last_status_at.has_value()) {
      return absl::FailedPreconditionError(
          absl::StrCat("\"", terminal->name,
                       "\" has not reported its clock yet: start it, wait a minute, and "
                       "try again"));
    }
    reading = {terminal->last_status.boot_id(), terminal->last_status.boottime_ns(),
               now - *terminal->last_status_at};
  }
  if (reading->age < std::chrono::nanoseconds(0)) reading->age = std::chrono::nanoseconds(0);
  grants::SetDeadline(grant.claims, *reading, now, grant.seconds);
  // What the terminal would refuse is not issued.
  if (absl::Status status = contract::ToCore(grant.claims).status(); !status.ok()) return status;
  absl::StatusOr<v1::Sealed> sealed =
      keyring_.Seal(v1::PURPOSE_GRANT, grant.claims.SerializeAsString());
  if (!sealed.ok()) return sealed.status();
  grant.sealed = sealed->SerializeAsString();
  grant.state = v1::GRANT_STATE_ISSUED;
  return absl::OkStatus();
}

void GrantService::Push(const std::string& terminal_id, const std::string& sealed) {
  const std::shared_ptr<live::LiveTerminal> live = registry_.Find(terminal_id);
  // Not connected: it is sent when the terminal's next Status shows that it lacks it.
  if (live == nullptr) return;
  absl::StatusOr<live::Outgoing> message = live::MakeOutgoing(sealed);
  if (!message.ok()) {
    Log(Severity::kError, absl::StrCat("not sent: ", message.status().message()));
    return;
  }
  live->link().Send(*message);
}

absl::StatusOr<v1::CreateGrantResponse> GrantService::CreateGrant(
    const authz::Caller& caller, const v1::CreateGrantRequest& request) {
  absl::Status checked = authz::AuthoriseMethod(caller, SEKISHO_METHOD("CreateGrant"));
  if (checked.ok()) checked = CheckAction(request.action());
  if (checked.ok()) checked = grants::CheckReasonAndTicket(request.reason(), request.ticket());
  if (!checked.ok()) return checked;
  absl::StatusOr<Subject> subject =
      FindSubject(grants_, terminals_, caller, SEKISHO_METHOD("CreateGrant"),
                  {request.reference(), request.terminal(), request.fingerprint()});
  if (!subject.ok()) return subject.status();
  if (subject->terminal.state != v1::TERMINAL_STATE_ENROLLED) {
    return absl::FailedPreconditionError(
        absl::StrCat("\"", subject->terminal.name, "\" is not enrolled"));
  }
  absl::StatusOr<v1::ExceptionLimits> limits = LimitsFor(subject->terminal);
  if (!limits.ok()) return limits.status();
  absl::Status length = grants::CheckLength(caller.role, *limits, request.seconds());
  if (!length.ok()) return length;
  absl::StatusOr<std::uint64_t> volume =
      grants::VolumeFor(request.action(), *limits, request.max_written_bytes());
  if (!volume.ok()) return volume.status();

  store::GrantRecord grant;
  grant.organisation_id = subject->terminal.organisation_id;
  grant.group_path = subject->terminal.group_path;
  grant.terminal_id = subject->terminal.terminal_id;
  grant.terminal_name = subject->terminal.name;
  grant.device = subject->device;
  grant.seconds = request.seconds();
  grant.created_at = clock_.wall();
  grant.state = v1::GRANT_STATE_AWAITING_APPROVAL;
  v1::GrantClaims& claims = grant.claims;
  claims.set_organisation_id(grant.organisation_id);
  claims.set_grant_id(NewUuid());
  claims.set_terminal_id(grant.terminal_id);
  claims.mutable_device()->set_fingerprint(subject->device.fingerprint());
  claims.mutable_device()->set_serial(subject->device.serial());
  if (request.this_port_only()) {
    claims.mutable_device()->set_port_path(subject->device.port_path());
  }
  claims.set_action(request.action());
  claims.set_max_written_bytes(*volume);
  claims.set_survives_reboot(limits->survives_reboot());
  // For whoever sits there: agents cannot hold a grant to one person yet, and refuse one that asks
  // for it rather than open the device for everybody.
  claims.set_uid(-1);
  claims.set_reason(request.reason());
  claims.set_ticket(request.ticket());
  claims.set_requested_by(caller.name);
  claims.set_reference(subject->reference);
  if (limits->approvers() == 0) {
    if (absl::Status issued = Issue(grant); !issued.ok()) return issued;
  }
  absl::Status stored = grants_.CreateGrant(
      grant, Audit(caller, "CreateGrant", grant,
                   absl::StrCat(grant.terminal_name, ", ", grant.seconds, " s, ",
                                *volume == 0 ? "" : contract::WriteVolume(*volume) + ", ",
                                "ticket ", request.ticket(), ": ", request.reason())));
  if (!stored.ok()) return stored;
  if (!grant.sealed.empty()) Push(grant.terminal_id, grant.sealed);
  v1::CreateGrantResponse response;
  *response.mutable_grant() = View(grant);
  return response;
}

absl::StatusOr<v1::ApproveGrantResponse> GrantService::ApproveGrant(
    const authz::Caller& caller, const v1::ApproveGrantRequest& request) {
  absl::StatusOr<store::GrantRecord> grant = grants_.FindGrant(request.grant_id());
  absl::Status allowed = grant.status();
  if (allowed.ok()) {
    allowed = authz::Authorise(caller, SEKISHO_METHOD("ApproveGrant"), grant->organisation_id,
                               grant->group_path);
  }
  if (!allowed.ok()) return allowed;
  if (grant->state != v1::GRANT_STATE_AWAITING_APPROVAL) {
    return absl::FailedPreconditionError("this grant does not wait for an approval");
  }
  if (grant->claims.requested_by() == caller.name) {
    return absl::PermissionDeniedError(
        "whoever asks for an exception does not approve it: another operator has to");
  }
  if (clock_.wall() - grant->created_at > kApprovalWaits) {
    return absl::FailedPreconditionError("this was asked for over 8 hours ago: make it anew");
  }
  absl::StatusOr<store::TerminalRecord> terminal = terminals_.FindTerminal(grant->terminal_id);
  if (!terminal.ok()) return terminal.status();
  absl::StatusOr<v1::ExceptionLimits> limits = LimitsFor(*terminal);
  if (!limits.ok()) return limits.status();
  absl::Status length = grants::CheckLength(caller.role, *limits, grant->seconds);
  if (!length.ok()) return length;
  absl::StatusOr<std::uint64_t> volume =
      grants::VolumeFor(grant->claims.action(), *limits, grant->claims.max_written_bytes());
  if (!volume.ok()) return volume.status();
  grant->claims.set_max_written_bytes(*volume);
  grant->claims.set_approved_by(caller.name);
  grant->claims.set_survives_reboot(limits->survives_reboot());
  if (absl::Status issued = Issue(*grant); !issued.ok()) return issued;
  absl::Status stored = grants_.ChangeGrant(*grant, v1::GRANT_STATE_AWAITING_APPROVAL,
                                            Audit(caller, "ApproveGrant", *grant, ""));
  if (!stored.ok()) return stored;
  Push(grant->terminal_id, grant->sealed);
  v1::ApproveGrantResponse response;
  *response.mutable_grant() = View(*grant);
  return response;
}

absl::StatusOr<v1::RevokeGrantResponse> GrantService::RevokeGrant(
    const authz::Caller& caller, const v1::RevokeGrantRequest& request) {
  absl::StatusOr<store::GrantRecord> grant = grants_.FindGrant(request.grant_id());
  absl::Status allowed = grant.status();
  if (allowed.ok()) {
    allowed = authz::Authorise(caller, SEKISHO_METHOD("RevokeGrant"), grant->organisation_id,
                               grant->group_path);
  }
  if (!allowed.ok()) return allowed;
  if (request.reason().empty()) {
    return absl::InvalidArgumentError("say why (--reason \"…\"): it is kept with the exception");
  }
  const v1::GrantState from = grant->state;
  if (from != v1::GRANT_STATE_AWAITING_APPROVAL && from != v1::GRANT_STATE_ISSUED &&
      from != v1::GRANT_STATE_RUNNING) {
    return absl::FailedPreconditionError("this grant is over already");
  }
  const WallTime now = clock_.wall();
  grant->state = v1::GRANT_STATE_REVOKED;
  grant->cause = "revoked";
  grant->ended_at = now;
  if (!grant->sealed.empty()) {
    v1::GrantRevocation revocation;
    revocation.set_organisation_id(grant->organisation_id);
    revocation.set_grant_id(grant->claims.grant_id());
    revocation.set_terminal_id(grant->terminal_id);
    *revocation.mutable_revoked_at() = contract::ToProto(now);
    revocation.set_reason(request.reason());
    revocation.set_revoked_by(caller.name);
    absl::StatusOr<v1::Sealed> sealed =
        keyring_.Seal(v1::PURPOSE_GRANT_REVOCATION, revocation.SerializeAsString());
    if (!sealed.ok()) return sealed.status();
    grant->revocation = sealed->SerializeAsString();
  }
  absl::Status stored =
      grants_.ChangeGrant(*grant, from, Audit(caller, "RevokeGrant", *grant, request.reason()));
  if (!stored.ok()) return stored;
  if (!grant->revocation.empty()) Push(grant->terminal_id, grant->revocation);
  v1::RevokeGrantResponse response;
  *response.mutable_grant() = View(*grant);
  return response;
}

#undef SEKISHO_METHOD

}  // namespace sekisho::console::service
