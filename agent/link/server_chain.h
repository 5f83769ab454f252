#ifndef SEKISHO_AGENT_LINK_SERVER_CHAIN_H_
#define SEKISHO_AGENT_LINK_SERVER_CHAIN_H_

#include <chrono>
#include <stop_token>
#include <string>
#include <utility>

#include "absl/status/statusor.h"

namespace sekisho::link {

// "host:port", or "[IPv6]:port". INVALID_ARGUMENT otherwise.
absl::StatusOr<std::pair<std::string, std::string>> SplitAddress(const std::string& address);

inline constexpr std::chrono::seconds kHandshakeLimit{15};

// The self-signed certificate authority (DER) at the end of the chain that a TLS server presents,
// fetched without trusting anything: what to do with it is for the caller to judge, against a hash
// that came another way. Nothing is sent but the handshake. Blocks at most `limit`. UNAVAILABLE
// when nothing answers there, FAILED_PRECONDITION when the chain does not end in its own authority,
// CANCELLED on `stop`.
absl::StatusOr<std::string> FetchAuthority(const std::string& address,
                                           std::chrono::milliseconds limit,
                                           const std::stop_token& stop);

}  // namespace sekisho::link

#endif  // SEKISHO_AGENT_LINK_SERVER_CHAIN_H_
