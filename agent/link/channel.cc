#include "agent/link/channel.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>

#include <chrono>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "agent/link/console_verifier.h"
#include "proto/contract/bounds.h"

namespace sekisho::link {
namespace {

constexpr std::chrono::seconds kCallLimit{20};

}  // namespace

std::shared_ptr<grpc::Channel> MakeChannel(const std::string& address,
                                           const std::string& authorities_pem,
                                           const Identity* identity) {
  namespace tls = grpc::experimental;
  std::vector<tls::IdentityKeyCertPair> own;
  if (identity != nullptr) own.push_back({identity->key_for_grpc, identity->chain_pem});
  tls::TlsChannelCredentialsOptions settings;
  settings.set_certificate_provider(
      std::make_shared<tls::StaticDataCertificateProvider>(authorities_pem, own));
  settings.watch_root_certs();
  if (identity != nullptr) settings.watch_identity_key_cert_pairs();
  // gRPC would judge the time by this terminal's clock as well; the verifier does the rest of it,
  // the name included.
  settings.set_verify_server_certs(false);
  settings.set_check_call_host(false);
  settings.set_certificate_verifier(MakeConsoleVerifier(authorities_pem));
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
  return grpc::CreateCustomChannel(address, tls::TlsCredentials(settings), arguments);
}

absl::Status CallWithin(const std::stop_token& stop,
                        const std::function<grpc::Status(grpc::ClientContext*)>& call) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kCallLimit);
  const std::stop_callback cancel(stop, [&context] { context.TryCancel(); });
  return ToAbsl(call(&context));
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
         absl::StrContains(words, kNotTheConsole);
}

}  // namespace sekisho::link
