#include "agent/link/enrolment.h"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/link/channel.h"
#include "agent/link/log.h"
#include "agent/link/server_chain.h"
#include "proto/contract/bounds.h"
#include "proto/contract/keys.h"
#include "proto/contract/seal.h"
#include "proto/contract/token.h"
#include "sekisho/v1/agent_service.grpc.pb.h"

namespace sekisho::link {
namespace {

EnrolmentResult Failed(std::string_view code, const absl::Status& why) {
  Log(Severity::kWarning,
      absl::StrCat("enrolment failed (", std::string(code), "): ", why.message()));
  return {EnrolmentFailure(code, why.raw_code()), std::nullopt};
}

// The anchor, if the peer behind `stub`, whose TLS ends in `authority`, is the one the token means.
absl::StatusOr<std::string> ConfirmAnchor(v1::EnrolmentService::Stub& stub,
                                          const v1::EnrolmentToken& token,
                                          const std::string& authority,
                                          const std::stop_token& stop) {
  v1::GetTrustAnchorResponse response;
  absl::Status status = CallWithin(stop, [&](grpc::ClientContext* context) {
    return stub.GetTrustAnchor(context, v1::GetTrustAnchorRequest(), &response);
  });
  if (!status.ok()) return status;
  const contract::Sha256 hash = contract::HashOf(response.trust_anchor());
  if (token.trust_anchor_hash() !=
      std::string_view(reinterpret_cast<const char*>(hash.data()), hash.size())) {
    return absl::PermissionDeniedError("the trust anchor is not the one the token names");
  }
  absl::StatusOr<v1::TrustAnchor> anchor =
      contract::ParseStrictly<v1::TrustAnchor>(response.trust_anchor());
  if (!anchor.ok()) return absl::PermissionDeniedError(anchor.status().message());
  if (anchor->ca_certificate() != authority) {
    return absl::PermissionDeniedError("the TLS authority is not the trust anchor's");
  }
  return response.trust_anchor();
}

}  // namespace

v1::LinkEnrolment EnrolmentFailure(std::string_view code, int grpc_status) {
  v1::LinkEnrolment answer;
  answer.set_grpc_status(static_cast<std::uint32_t>(grpc_status));
  answer.set_failure(std::string(code));
  return answer;
}

EnrolmentResult Enrol(const v1::LinkEnrolOrder& order, const std::stop_token& stop) {
  absl::StatusOr<v1::EnrolmentToken> token = contract::ReadToken(order.token());
  if (!token.ok()) return Failed(kTokenMalformed, token.status());
  absl::StatusOr<std::string> authority =
      FetchAuthority(token->console_address(), kHandshakeLimit, stop);
  if (absl::IsCancelled(authority.status())) return Failed(kStopping, authority.status());
  if (!authority.ok()) {
    return Failed(
        absl::IsFailedPrecondition(authority.status()) ? kRootOfTrustMismatch : kConsoleUnreachable,
        authority.status());
  }
  absl::StatusOr<std::string> ca_pem = CertificateToPem(*authority);
  if (!ca_pem.ok()) return Failed(kRootOfTrustMismatch, ca_pem.status());

  const std::unique_ptr<v1::EnrolmentService::Stub> stub =
      v1::EnrolmentService::NewStub(MakeChannel(token->console_address(), *ca_pem, nullptr));
  absl::StatusOr<std::string> anchor = ConfirmAnchor(*stub, *token, *authority, stop);
  if (!anchor.ok()) {
    const bool untrusted =
        absl::IsPermissionDenied(anchor.status()) || IsTrustFailure(anchor.status());
    return Failed(untrusted ? kRootOfTrustMismatch : kConsoleUnreachable, anchor.status());
  }

  absl::StatusOr<TlsKey> key = TlsKey::GenerateBest();
  if (!key.ok()) return Failed(kStateUnwritable, key.status());
  absl::StatusOr<std::string> request = key->CertificateRequest();
  if (!request.ok()) return Failed(kStateUnwritable, request.status());

  v1::EnrolRequest enrol;
  enrol.set_token_id(token->token_id());
  enrol.set_token_secret(token->secret());
  *enrol.mutable_claims() = order.claims();
  enrol.set_certificate_request(*request);
  v1::EnrolResponse response;
  absl::Status status = CallWithin(
      stop, [&](grpc::ClientContext* context) { return stub->Enrol(context, enrol, &response); });
  if (absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status)) {
    return Failed(kConsoleUnreachable, status);
  }
  if (absl::IsCancelled(status)) return Failed(kStopping, status);
  if (!status.ok()) return Failed(kConsoleRefused, status);
  if (absl::Status bounds = contract::CheckBounds(response); !bounds.ok()) {
    return Failed(kAnswerMalformed, bounds);
  }
  if (response.trust_anchor() != *anchor) {
    return Failed(kRootOfTrustMismatch,
                  absl::PermissionDeniedError("the answer carries another trust anchor"));
  }
  const std::vector<std::string> chain(response.certificates().begin(),
                                       response.certificates().end());
  absl::StatusOr<Identity> identity = TakeIdentity(*key, chain, *ca_pem);
  if (!identity.ok()) return Failed(kAnswerMalformed, identity.status());

  EnrolmentResult result;
  *result.answer.mutable_enrolment() = std::move(*response.mutable_enrolment());
  *result.answer.mutable_key_set() = std::move(*response.mutable_key_set());
  result.answer.set_trust_anchor(response.trust_anchor());
  result.identity = *std::move(identity);
  return result;
}

}  // namespace sekisho::link
