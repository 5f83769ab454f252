#ifndef SEKISHO_AGENT_LINK_CONSOLE_VERIFIER_H_
#define SEKISHO_AGENT_LINK_CONSOLE_VERIFIER_H_

#include <grpcpp/security/tls_certificate_verifier.h>

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace sekisho::link {

// What a refusal's message begins with.
inline constexpr char kNotTheConsole[] = "this is not the console's certificate";

// Whether a server's chain (PEM, leaf first) descends from one of `authorities_pem`, is for
// servers, and names `host` (a DNS name or an IP address; RFC 6125). Its validity period is not
// judged: the terminal's clock may be off by years and must not keep it from the console that would
// tell it the time. What that gives away is in decision 0012: nothing that the link carries is
// believed for having come from this server. UNAUTHENTICATED says what is wrong.
absl::Status CheckServer(std::string_view chain_pem, std::string_view authorities_pem,
                         const std::string& host);

// The same, for gRPC. The host is that of the channel's address.
std::shared_ptr<grpc::experimental::CertificateVerifier> MakeConsoleVerifier(
    std::string authorities_pem);

}  // namespace sekisho::link

#endif  // SEKISHO_AGENT_LINK_CONSOLE_VERIFIER_H_
