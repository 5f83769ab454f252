#include "agent/link/channel.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <chrono>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "proto/contract/bounds.h"

namespace sekisho::link {

std::shared_ptr<grpc::Channel> MakeChannel(const std::string& address, const std::string& ca_pem,
                                           const Identity* identity) {
  grpc::SslCredentialsOptions tls;
  tls.pem_root_certs = ca_pem;
  if (identity != nullptr) {
    tls.pem_private_key = identity->key_pem;
    tls.pem_cert_chain = identity->chain_pem;
  }
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS,
                   static_cast<int>(std::chrono::milliseconds(contract::kStreamKeepalive).count()));
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 0);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  // No ping after each message to measure the line: a bundle is the most that comes at once.
  arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  arguments.SetInt(GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH, contract::kMaxGrpcMessage);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  // A new attempt is a new connection, at our back-off's pace and not at gRPC's.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  // Terminals reach the console directly: a proxy from the environment is not policy.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return grpc::CreateCustomChannel(address, grpc::SslCredentials(tls), arguments);
}

absl::Status ToAbsl(const grpc::Status& status) {
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
}

bool IsTrustFailure(const absl::Status& status) {
  if (!absl::IsUnavailable(status)) return false;
  // gRPC 1.51 has no code for it, only OpenSSL's and its own words. A handshake that failed here,
  // not by the other's alert, failed over its certificate: which error that is depends on how far
  // the wrong chain resembles the right one.
  const std::string words = absl::AsciiStrToLower(status.message());
  return (absl::StrContains(words, "ssl_error_ssl") && !absl::StrContains(words, "alert")) ||
         absl::StrContains(words, "is not in peer certificate");
}

}  // namespace sekisho::link
