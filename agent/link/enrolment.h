#ifndef SEKISHO_AGENT_LINK_ENROLMENT_H_
#define SEKISHO_AGENT_LINK_ENROLMENT_H_

#include <optional>
#include <stop_token>
#include <string_view>

#include "agent/link/identity.h"
#include "sekisho/v1/local.pb.h"

namespace sekisho::link {

// LinkEnrolment.failure: codes for agentd and the CLI to word.
inline constexpr std::string_view kTokenMalformed = "token-malformed";
inline constexpr std::string_view kConsoleUnreachable = "console-unreachable";
// What answers is not the console that the token was made by. Nothing secret was sent to it.
inline constexpr std::string_view kRootOfTrustMismatch = "root-of-trust-mismatch";
// The console said no: LinkEnrolment.grpc_status says why (NOT_FOUND, PERMISSION_DENIED: no such
// token; FAILED_PRECONDITION: used up, expired or revoked; RESOURCE_EXHAUSTED: too many attempts).
inline constexpr std::string_view kConsoleRefused = "console-refused";
inline constexpr std::string_view kAnswerMalformed = "answer-malformed";
inline constexpr std::string_view kStateUnwritable = "state-unwritable";
// Another enrolment is under way.
inline constexpr std::string_view kEnrolmentBusy = "enrolment-busy";
inline constexpr std::string_view kStopping = "stopping";

v1::LinkEnrolment EnrolmentFailure(std::string_view code, int grpc_status);

struct EnrolmentResult {
  v1::LinkEnrolment answer;
  // Set when the answer is not a failure.
  std::optional<Identity> identity;
};

// One enrolment, start to end; blocks for at most a minute, or until `stop`. The token's secret
// leaves only after the peer has shown the trust anchor whose hash is in the token, over TLS that
// ends in that anchor's authority.
EnrolmentResult Enrol(const v1::LinkEnrolOrder& order, const std::stop_token& stop);

}  // namespace sekisho::link

#endif  // SEKISHO_AGENT_LINK_ENROLMENT_H_
