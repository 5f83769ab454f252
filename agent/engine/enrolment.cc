#include "agent/engine/enrolment.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <string_view>
#include <utility>

#include "agent/engine/minimise.h"
#include "proto/contract/seal.h"
#include "proto/contract/token.h"
#include "sekisho/version.h"

namespace sekisho::engine {
namespace {

// Name resolution, a TLS handshake and two calls, on a bad line.
constexpr std::chrono::seconds kPatience{60};
constexpr std::size_t kNonceBytes = 16;

// The link's codes (agent/link/enrolment.h) that are passed on as they are.
constexpr std::string_view kLinkCodes[] = {
    "token-malformed",  "console-unreachable", "root-of-trust-mismatch", "console-refused",
    "answer-malformed", "state-unwritable",    "enrolment-busy",         "stopping"};

v1::LocalFailure FailureOf(const v1::LinkEnrolment& answer, const std::string& console) {
  const bool known = std::ranges::find(kLinkCodes, answer.failure()) != std::end(kLinkCodes);
  const bool no =
      answer.failure() == "console-refused" || answer.failure() == "root-of-trust-mismatch";
  return Fail(no ? v1::LOCAL_ERROR_NOT_PERMITTED : v1::LOCAL_ERROR_UNAVAILABLE,
              known ? answer.failure() : "enrolment-failed",
              {{"console", console},
               {"detail", answer.failure()},
               {"grpc_status", std::to_string(answer.grpc_status())}});
}

}  // namespace

Answer<Enrolment::Request> Enrolment::Prepare(const std::string& token_text) const {
  if (identity_.get() != nullptr && !replaceable_()) {
    return Fail(v1::LOCAL_ERROR_ALREADY, "already-enrolled",
                {{"terminal", identity_.get()->terminal_id()}});
  }
  if (pending_) return Fail(v1::LOCAL_ERROR_ALREADY, "enrolment-running");
  absl::StatusOr<v1::EnrolmentToken> token = contract::ReadToken(token_text);
  if (!token.ok()) {
    return Fail(v1::LOCAL_ERROR_INVALID, "token-malformed",
                {{"detail", std::string(token.status().message())}});
  }
  contract::PrivateKey key = contract::PrivateKey::Generate();
  std::string nonce = contract::RandomBytes(kNonceBytes);
  v1::EnrolmentRequestClaims claims;
  claims.set_token_id(token->token_id());
  claims.set_report_public_key(key.public_key().data(), key.public_key().size());
  claims.set_hostname(Bounded(host_.hostname));
  claims.set_hardware_serial(Bounded(host_.hardware_serial));
  claims.set_machine_id(Bounded(host_.machine_id));
  claims.set_nonce(nonce);
  claims.set_agent_version(SEKISHO_VERSION);
  v1::Sealed sealed =
      contract::Seal(key, "", v1::PURPOSE_ENROLMENT_REQUEST, claims.SerializeAsString());
  return Request{*std::move(token), std::move(key), std::move(nonce), std::move(sealed)};
}

void Enrolment::Begin(const std::string& token, Done done) {
  Answer<Request> prepared = Prepare(token);
  if (auto* failure = std::get_if<v1::LocalFailure>(&prepared)) return done(std::move(*failure));
  Request& request = std::get<Request>(prepared);
  v1::LinkDown down;
  down.mutable_enrol()->set_token(token);
  *down.mutable_enrol()->mutable_claims() = request.claims;
  if (uplink_.port() == nullptr || !uplink_.port()->Send(down).ok()) {
    return done(Fail(v1::LOCAL_ERROR_UNAVAILABLE, "link-absent"));
  }
  std::unique_ptr<platform::EventLoop::Handle> alarm =
      seams_.loop.At(seams_.clock.Now() + kPatience, [this] {
        Finish(
            Fail(v1::LOCAL_ERROR_UNAVAILABLE, "console-unreachable",
                 {{"console", pending_->request.token.console_address()}, {"detail", "timeout"}}));
      });
  pending_.emplace(Pending{std::move(request), std::move(done), std::move(alarm)});
}

void Enrolment::Answered(const v1::LinkEnrolment& link_answer) {
  if (!pending_) return;  // late, or never asked for
  Request& request = pending_->request;
  if (link_answer.grpc_status() != 0 || !link_answer.failure().empty()) {
    return Finish(FailureOf(link_answer, request.token.console_address()));
  }
  Finish(Accept({link_answer.trust_anchor(), link_answer.enrolment(), link_answer.key_set(), {}},
                request.token.trust_anchor_hash(), std::move(request.report_key), request.nonce));
}

Answer<v1::LocalEnrolReply> Enrolment::Accept(const EnrolmentAnswer& answer,
                                              std::string_view anchor_hash,
                                              contract::PrivateKey report_key,
                                              const std::string& nonce) {
  absl::StatusOr<Identity> identity = VerifyEnrolment(answer, anchor_hash, std::move(report_key));
  if (!identity.ok()) {
    return Fail(v1::LOCAL_ERROR_NOT_PERMITTED, "answer-not-authentic",
                {{"detail", std::string(identity.status().message())}});
  }
  // An old answer to somebody's earlier question is authentic, too.
  if (identity->grant.nonce() != nonce) {
    return Fail(v1::LOCAL_ERROR_NOT_PERMITTED, "answer-not-authentic", {{"detail", "other-nonce"}});
  }
  v1::LocalEnrolReply reply;
  reply.set_terminal_id(identity->terminal_id());
  reply.set_organisation_id(identity->organisation_id());
  reply.set_group_id(identity->group_id());
  if (identity_.get() != nullptr) identity_.SetAside("moved");
  if (absl::Status saved = identity_.Adopt(*std::move(identity), answer); !saved.ok()) {
    return Fail(v1::LOCAL_ERROR_UNAVAILABLE, "state-unwritable",
                {{"detail", std::string(saved.message())}});
  }
  enrolled_();
  return reply;
}

void Enrolment::LinkGone() {
  if (pending_) Finish(Fail(v1::LOCAL_ERROR_UNAVAILABLE, "link-absent"));
}

void Enrolment::Finish(Answer<v1::LocalEnrolReply> answer) {
  if (!pending_) return;
  const Done done = std::move(pending_->done);
  pending_.reset();
  done(std::move(answer));
}

}  // namespace sekisho::engine
