#include "console/rpc/tls.h"

#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_certificate_verifier.h>
#include <grpcpp/security/tls_credentials_options.h>

#include <functional>
#include <utility>

#include "absl/status/status.h"

namespace sekisho::console::rpc {
namespace {

namespace tls = grpc::experimental;

class ClientVerifier : public tls::ExternalCertificateVerifier {
 public:
  explicit ClientVerifier(CheckClient check) : check_(std::move(check)) {}
  // At once, on the handshake's thread.
  bool Verify(tls::TlsCustomVerificationCheckRequest* request,
              std::function<void(grpc::Status)> /*callback*/, grpc::Status* sync_status) override {
    const grpc::string_ref leaf = request->peer_cert();
    if (leaf.empty()) return true;
    const absl::Status good = check_({leaf.data(), leaf.size()});
    if (!good.ok()) {
      *sync_status = {grpc::StatusCode::UNAUTHENTICATED, std::string(good.message())};
    }
    return true;
  }
  void Cancel(tls::TlsCustomVerificationCheckRequest* /*request*/) override {}

 private:
  const CheckClient check_;
};

}  // namespace

std::shared_ptr<grpc::ServerCredentials> MakeServerCredentials(const ServerOptions& options) {
  std::shared_ptr<tls::CertificateProviderInterface> provider;
  if (options.credentials_file.empty()) {
    provider =
        std::make_shared<tls::StaticDataCertificateProvider>(std::vector<tls::IdentityKeyCertPair>{
            {options.credentials.private_key_pem, options.credentials.chain_pem}});
  } else {
    // Key and chain are in one file, so that they are never of two generations.
    provider = std::make_shared<tls::FileWatcherCertificateProvider>(
        options.credentials_file, options.credentials_file,
        static_cast<unsigned>(options.credentials_look.count()));
  }
  tls::TlsServerCredentialsOptions settings(provider);
  settings.watch_identity_key_cert_pairs();
  // gRPC would judge the time as well; ClientVerifier does the rest of it.
  settings.set_cert_request_type(GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_BUT_DONT_VERIFY);
  settings.set_certificate_verifier(
      tls::ExternalCertificateVerifier::Create<ClientVerifier>(options.check_client));
  return tls::TlsServerCredentials(settings);
}

}  // namespace sekisho::console::rpc
