#include "console/service/session_service.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "console/ids.h"
#include "console/service/credentials.h"
#include "proto/contract/convert.h"
#include "proto/contract/keys.h"

namespace sekisho::console::service {
namespace {

constexpr std::size_t kMaxNames = 10000;
// A session's last use is written at most this often: each write is an fsync.
constexpr std::chrono::minutes kTouchPeriod{1};
constexpr char kTokenPrefix[] = "sks_";

absl::Status NotSignedIn() {
  return absl::UnauthenticatedError("not signed in, or the session is over: sekishoctl sign-in");
}

}  // namespace

std::string NewBearerToken() {
  return absl::StrCat(kTokenPrefix, Base64Url(contract::RandomBytes(32)));
}

v1::Operator ToProto(const store::OperatorRecord& record) {
  v1::Operator proto;
  proto.set_name(record.name);
  proto.set_organisation_id(record.organisation_id);
  proto.set_role(record.role);
  proto.set_group_id(record.group_id);
  proto.set_disabled(record.disabled);
  proto.set_robot(record.robot);
  if (record.expires_at.has_value()) {
    *proto.mutable_expires_at() = contract::ToProto(*record.expires_at);
  }
  return proto;
}

absl::Status SessionService::TakeAttempt(const std::string& name) {
  std::lock_guard lock(mutex_);
  // Names are the caller's choice; forgetting all of them at once only costs a guesser's names
  // their count, and argon2id still bounds how fast anybody can try.
  if (attempts_.size() >= kMaxNames && !attempts_.contains(name)) attempts_.clear();
  auto found = attempts_.try_emplace(name, contract::kSignInRate).first;
  if (found->second.Take(clock_.steady())) return absl::OkStatus();
  return absl::ResourceExhaustedError("too many attempts for this name: wait a minute");
}

absl::Status SessionService::RefuseSignIn(const v1::SignInRequest& request, const char* cause) {
  (void)audit_.Record({.organisation_id = organisation_id_,
                       .group_path = "",
                       .at = clock_.wall(),
                       .actor = request.name().substr(0, 64),
                       .method = "SignIn",
                       .target = request.name().substr(0, 64),
                       .detail = absl::StrCat("refused: ", cause)});
  return absl::UnauthenticatedError(
      "name, password or code is wrong, or the code was used before: wait for the next code and "
      "try again");
}

absl::StatusOr<v1::SignInResponse> SessionService::SignIn(const v1::SignInRequest& request) {
  if (request.name().empty() || request.password().empty() || request.totp().empty()) {
    return absl::InvalidArgumentError("name, password and the six-digit code are all needed");
  }
  if (absl::Status status = TakeAttempt(request.name()); !status.ok()) return status;
  absl::StatusOr<store::OperatorRecord> found =
      operators_.FindOperator(organisation_id_, request.name());
  if (!found.ok() && !absl::IsNotFound(found.status())) return found.status();
  const store::OperatorRecord record = found.ok() ? *found : store::OperatorRecord{};
  const WallTime now = clock_.wall();
  if (CheckPassword(record.password_hash, request.password()) != PasswordCheck::kRight) {
    return RefuseSignIn(request, "password");
  }
  if (record.disabled || record.robot) return RefuseSignIn(request, "disabled");
  const std::optional<std::int64_t> step = TotpStepOf(record.totp_secret, request.totp(), now);
  if (!step.has_value()) return RefuseSignIn(request, "code");
  absl::Status taken = operators_.TakeTotpStep(organisation_id_, record.name, *step);
  if (absl::IsAlreadyExists(taken)) return RefuseSignIn(request, "code used before");
  if (!taken.ok()) return taken;

  const std::string token = NewBearerToken();
  const store::Session session{.token_hash = Sha256Of(token),
                               .organisation_id = organisation_id_,
                               .operator_name = record.name,
                               .last_used_at = now,
                               .expires_at = now + kSessionLength};
  absl::Status stored = operators_.CreateSession(session, {.organisation_id = organisation_id_,
                                                           .group_path = record.group_path,
                                                           .at = now,
                                                           .actor = record.name,
                                                           .method = "SignIn",
                                                           .target = record.name,
                                                           .detail = ""});
  if (!stored.ok()) return stored;
  v1::SignInResponse response;
  response.set_token(token);
  *response.mutable_expires_at() = contract::ToProto(session.expires_at);
  *response.mutable_operator_() = ToProto(record);
  return response;
}

absl::StatusOr<SessionService::SignedIn> SessionService::Authenticate(const std::string& token) {
  return Find(token, Use::kCounts);
}

absl::Status SessionService::CheckStillSignedIn(const std::string& token) {
  return Find(token, Use::kLooksOnly).status();
}

absl::StatusOr<SessionService::SignedIn> SessionService::Find(const std::string& token, Use use) {
  if (token.empty() || token.size() > 256) return NotSignedIn();
  const std::string hash = Sha256Of(token);
  absl::StatusOr<store::Session> session = operators_.FindSession(hash);
  if (absl::IsNotFound(session.status())) return NotSignedIn();
  if (!session.ok()) return session.status();
  absl::StatusOr<store::OperatorRecord> record =
      operators_.FindOperator(session->organisation_id, session->operator_name);
  if (absl::IsNotFound(record.status())) return NotSignedIn();
  if (!record.ok()) return record.status();
  const WallTime now = clock_.wall();
  const bool idle = !record->robot && now - session->last_used_at >= kSessionIdle;
  if (record->disabled || now >= session->expires_at || idle) return NotSignedIn();
  if (use == Use::kCounts && !record->robot && now - session->last_used_at >= kTouchPeriod) {
    if (absl::Status status = operators_.TouchSession(hash, now); !status.ok()) return status;
  }
  return SignedIn{.caller = {.organisation_id = record->organisation_id,
                             .name = record->name,
                             .role = record->role,
                             .group_path = record->group_path,
                             .robot = record->robot},
                  .record = *record,
                  .token_hash = hash,
                  .expires_at = session->expires_at};
}

absl::StatusOr<v1::SignOutResponse> SessionService::SignOut(const SignedIn& signed_in) {
  absl::Status status = operators_.EndSession(signed_in.token_hash,
                                              {.organisation_id = signed_in.caller.organisation_id,
                                               .group_path = signed_in.caller.group_path,
                                               .at = clock_.wall(),
                                               .actor = signed_in.caller.name,
                                               .method = "SignOut",
                                               .target = signed_in.caller.name,
                                               .detail = ""});
  if (!status.ok()) return status;
  return v1::SignOutResponse();
}

absl::StatusOr<v1::WhoAmIResponse> SessionService::WhoAmI(const SignedIn& signed_in) {
  v1::WhoAmIResponse response;
  *response.mutable_operator_() = ToProto(signed_in.record);
  *response.mutable_expires_at() = contract::ToProto(signed_in.expires_at);
  return response;
}

}  // namespace sekisho::console::service
