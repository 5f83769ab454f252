#include "console/cli/trust.h"

#include <netdb.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <memory>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "console/cli/client.h"
#include "console/cli/exit_code.h"
#include "console/cli/texts/messages.h"

namespace sekisho::console::cli {
namespace {

constexpr int kSeconds = 10;

template <auto kFree>
struct Freer {
  template <typename T>
  void operator()(T* value) const {
    kFree(value);
  }
};
using Context = std::unique_ptr<SSL_CTX, Freer<SSL_CTX_free>>;
using Connection = std::unique_ptr<SSL, Freer<SSL_free>>;
using Memory = std::unique_ptr<BIO, Freer<BIO_free_all>>;

struct Authority {
  std::string der;
  std::string pem;
};

std::pair<std::string, std::string> SplitAddress(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  std::string host = address.substr(0, colon);
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  return {host, address.substr(colon + 1)};
}

absl::Status Unreachable(const std::string& address, std::string_view why, Language language) {
  return absl::UnavailableError(
      Fill(messages::kUnreachable.In(language), {{"console", address}, {"error", why}}));
}

absl::StatusOr<int> Dial(const std::string& address, Language language) {
  const auto [host, port] = SplitAddress(address);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int error = getaddrinfo(host.c_str(), port.c_str(), &hints, &found); error != 0) {
    return Unreachable(address, gai_strerror(error), language);
  }
  const std::unique_ptr<addrinfo, Freer<freeaddrinfo>> owner(found);
  int error = 0;
  for (const addrinfo* next = found; next != nullptr; next = next->ai_next) {
    const int fd = socket(next->ai_family, next->ai_socktype | SOCK_CLOEXEC, next->ai_protocol);
    if (fd < 0) continue;
    const timeval bound{kSeconds, 0};  // also bounds connect(2), see socket(7)
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &bound, sizeof bound);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &bound, sizeof bound);
    if (connect(fd, next->ai_addr, next->ai_addrlen) == 0) return fd;
    error = errno;
    close(fd);
  }
  return Unreachable(address, MessageOf(absl::ErrnoToStatus(error, "connect")), language);
}

std::string Der(X509* certificate) {
  unsigned char* bytes = nullptr;
  const int length = i2d_X509(certificate, &bytes);
  if (length <= 0) return "";
  std::string out(reinterpret_cast<char*>(bytes), length);
  OPENSSL_free(bytes);
  return out;
}

std::string Pem(X509* certificate) {
  const Memory memory(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(memory.get(), certificate);
  char* bytes = nullptr;
  const long length = BIO_get_mem_data(memory.get(), &bytes);
  return std::string(bytes, length);
}

// The self-signed certificate at the end of the chain that the server presents, unverified.
absl::StatusOr<Authority> PresentedAuthority(const std::string& address, Language language) {
  const absl::StatusOr<int> fd = Dial(address, language);
  if (!fd.ok()) return fd.status();
  const Context context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);  // only looked at, see the header
  const Connection connection(SSL_new(context.get()));
  constexpr unsigned char kHttp2[] = {2, 'h', '2'};  // gRPC servers refuse without it
  SSL_set_alpn_protos(connection.get(), kHttp2, sizeof kHttp2);
  SSL_set_tlsext_host_name(connection.get(), SplitAddress(address).first.c_str());
  SSL_set_fd(connection.get(), *fd);
  const bool shaken = SSL_connect(connection.get()) == 1;
  absl::StatusOr<Authority> authority = Unreachable(address, "TLS", language);
  if (shaken) {
    STACK_OF(X509)* chain = SSL_get_peer_cert_chain(connection.get());
    X509* last = chain == nullptr ? nullptr : sk_X509_value(chain, sk_X509_num(chain) - 1);
    if (last == nullptr || X509_self_signed(last, 0) != 1) {
      authority = absl::PermissionDeniedError(
          Fill(messages::kNoAuthorityInChain.In(language), {{"console", address}}));
    } else {
      authority = Authority{Der(last), Pem(last)};
    }
  }
  ERR_clear_error();
  close(*fd);
  return authority;
}

std::string Sha256(std::string_view bytes) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest, &length, EVP_sha256(), nullptr);
  return std::string(reinterpret_cast<char*>(digest), length);
}

}  // namespace

absl::StatusOr<std::string> ParseAddress(std::string_view text, Language language) {
  const absl::Status refused =
      UsageError(Fill(messages::kNotAnAddress.In(language), {{"typed", text}}));
  if (text.empty() || text.find("://") != std::string_view::npos ||
      text.find_first_of(" /@") != std::string_view::npos) {
    return refused;
  }
  const std::size_t bracket = text.rfind(']');
  const std::size_t colon = text.rfind(':');
  const bool has_port =
      colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  if (!has_port) return std::string(text) + ":7443";
  if (bracket == std::string_view::npos && text.find(':') != colon) {
    return "[" + std::string(text) + "]:7443";  // a bare IPv6 address
  }
  int port = 0;
  if (!absl::SimpleAtoi(std::string(text.substr(colon + 1)), &port) || port < 1 || port > 65535 ||
      colon == 0) {
    return refused;
  }
  return std::string(text);
}

absl::StatusOr<std::string> ParseTrustHash(std::string_view text, Language language) {
  std::string digits;
  for (const char c : text) {
    if (c == ':' || c == ' ') continue;
    if (absl::ascii_isxdigit(c) == 0) digits.clear();
    digits += c;
  }
  std::string bytes = digits.size() == 64 ? absl::HexStringToBytes(digits) : "";
  if (bytes.size() != 32) {
    return UsageError(Fill(messages::kNotATrustHash.In(language), {{"typed", text}}));
  }
  return bytes;
}

absl::Status CheckAnchor(std::string_view anchor_bytes, std::string_view hash,
                         std::string_view ca_der, Language language) {
  v1::TrustAnchor anchor;
  if (Sha256(anchor_bytes) != hash || !anchor.ParseFromString(std::string(anchor_bytes)) ||
      anchor.ca_certificate() != ca_der) {
    return absl::PermissionDeniedError(std::string(messages::kTrustMismatch.In(language)));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> AuthorityByTrustHash(const std::string& address, std::string_view hash,
                                                 Language language) {
  absl::StatusOr<Authority> presented = PresentedAuthority(address, language);
  if (!presented.ok()) return presented.status();
  Client client(Target{address, presented->pem, ""});
  const absl::StatusOr<v1::GetTrustAnchorResponse> answer =
      client.Call(v1::GetTrustAnchorRequest());
  if (!answer.ok()) return answer.status();
  const absl::Status checked = CheckAnchor(answer->trust_anchor(), hash, presented->der, language);
  if (!checked.ok()) return checked;
  return presented->pem;
}

}  // namespace sekisho::console::cli
