#include "agent/link/console_verifier.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <functional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/link/identity.h"

namespace sekisho::link {
namespace {

namespace tls = grpc::experimental;

template <auto Free>
struct Deleter {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;

std::vector<Certificate> Read(std::string_view pem) {
  const std::unique_ptr<BIO, Deleter<BIO_free_all>> bio(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  std::vector<Certificate> chain;
  while (bio != nullptr && chain.size() < kMaxChain) {
    Certificate certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (certificate == nullptr) break;
    chain.push_back(std::move(certificate));
  }
  ERR_clear_error();
  return chain;
}

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
  explicit ConsoleVerifier(std::string ca_pem) : ca_pem_(std::move(ca_pem)) {}
  // At once, on the handshake's thread.
  bool Verify(tls::TlsCustomVerificationCheckRequest* request,
              std::function<void(grpc::Status)> /*callback*/, grpc::Status* sync_status) override {
    const grpc::string_ref leaf = request->peer_cert();
    const grpc::string_ref target = request->target_name();
    const absl::Status good =
        CheckServer({leaf.data(), leaf.size()}, ca_pem_, HostOf({target.data(), target.size()}));
    if (!good.ok()) {
      *sync_status = {grpc::StatusCode::UNAUTHENTICATED, std::string(good.message())};
    }
    return true;
  }
  void Cancel(tls::TlsCustomVerificationCheckRequest* /*request*/) override {}

 private:
  const std::string ca_pem_;
};

}  // namespace

absl::Status CheckServer(std::string_view chain_pem, std::string_view ca_pem,
                         const std::string& host) {
  const auto refused = [](const std::string& why) {
    return absl::UnauthenticatedError(absl::StrCat(kNotTheConsole, ": ", why));
  };
  const std::vector<Certificate> chain = Read(chain_pem);
  const std::vector<Certificate> authority = Read(ca_pem);
  if (chain.empty() || authority.empty()) return refused("it does not parse");
  const std::unique_ptr<X509_STORE, Deleter<X509_STORE_free>> store(X509_STORE_new());
  const std::unique_ptr<X509_STORE_CTX, Deleter<X509_STORE_CTX_free>> context(X509_STORE_CTX_new());
  if (store == nullptr || context == nullptr ||
      X509_STORE_add_cert(store.get(), authority.front().get()) != 1 ||
      X509_STORE_CTX_init(context.get(), store.get(), chain.front().get(), nullptr) != 1) {
    return refused("out of memory");
  }
  X509_VERIFY_PARAM* parameters = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_NO_CHECK_TIME);
  X509_VERIFY_PARAM_set_purpose(parameters, X509_PURPOSE_SSL_SERVER);
  const bool descends = X509_verify_cert(context.get()) == 1;
  const int why = X509_STORE_CTX_get_error(context.get());
  ERR_clear_error();
  if (!descends) return refused(X509_verify_cert_error_string(why));
  if (!Names(chain.front().get(), host)) return refused(absl::StrCat("it does not name ", host));
  return absl::OkStatus();
}

std::shared_ptr<tls::CertificateVerifier> MakeConsoleVerifier(std::string ca_pem) {
  return tls::ExternalCertificateVerifier::Create<ConsoleVerifier>(std::move(ca_pem));
}

}  // namespace sekisho::link
