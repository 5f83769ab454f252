#include "agent/link/console_verifier.h"

#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <functional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/link/identity.h"
#include "agent/link/openssl.h"

namespace sekisho::link {
namespace {

namespace tls = grpc::experimental;

bool Names(X509* leaf, const std::string& host) {
  // An address is never a DNS name and the reverse: one of them holds.
  if (host.empty()) return false;
  return X509_check_host(leaf, host.data(), host.size(), X509_CHECK_FLAG_NEVER_CHECK_SUBJECT,
                         nullptr) == 1 ||
         X509_check_ip_asc(leaf, host.c_str(), 0) == 1;
}

// "host:port", "[v6]:port", or the host alone, as gRPC names the target.
std::string HostOf(std::string_view target) {
  if (!target.empty() && target.front() == '[') {
    return std::string(target.substr(1, target.find(']') - 1));
  }
  const std::size_t colon = target.find(':');
  const bool one_colon =
      colon != std::string_view::npos && target.find(':', colon + 1) == std::string_view::npos;
  return std::string(one_colon ? target.substr(0, colon) : target);
}

class ConsoleVerifier : public tls::ExternalCertificateVerifier {
 public:
  explicit ConsoleVerifier(std::string authorities_pem)
      : authorities_pem_(std::move(authorities_pem)) {}
  // At once, on the handshake's thread.
  bool Verify(tls::TlsCustomVerificationCheckRequest* request,
              std::function<void(grpc::Status)> /*callback*/, grpc::Status* sync_status) override {
    const grpc::string_ref leaf = request->peer_cert();
    const grpc::string_ref target = request->target_name();
    const absl::Status good = CheckServer({leaf.data(), leaf.size()}, authorities_pem_,
                                          HostOf({target.data(), target.size()}));
    if (!good.ok()) {
      *sync_status = {grpc::StatusCode::UNAUTHENTICATED, std::string(good.message())};
    }
    return true;
  }
  void Cancel(tls::TlsCustomVerificationCheckRequest* /*request*/) override {}

 private:
  const std::string authorities_pem_;
};

}  // namespace

absl::Status CheckServer(std::string_view chain_pem, std::string_view authorities_pem,
                         const std::string& host) {
  const auto refused = [](const std::string& why) {
    return absl::UnauthenticatedError(absl::StrCat(kNotTheConsole, ": ", why));
  };
  const std::vector<Certificate> chain = ReadCertificates(chain_pem, kMaxChain);
  const std::vector<Certificate> authorities = ReadCertificates(authorities_pem, kMaxAuthorities);
  if (chain.empty() || authorities.empty()) return refused("it does not parse");
  const int why = CheckDescent(chain.front().get(), {}, authorities, X509_PURPOSE_SSL_SERVER);
  if (why != X509_V_OK) return refused(X509_verify_cert_error_string(why));
  if (!Names(chain.front().get(), host)) return refused(absl::StrCat("it does not name ", host));
  return absl::OkStatus();
}

std::shared_ptr<tls::CertificateVerifier> MakeConsoleVerifier(std::string authorities_pem) {
  return tls::ExternalCertificateVerifier::Create<ConsoleVerifier>(std::move(authorities_pem));
}

}  // namespace sekisho::link
