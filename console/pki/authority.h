#ifndef SEKISHO_CONSOLE_PKI_AUTHORITY_H_
#define SEKISHO_CONSOLE_PKI_AUTHORITY_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "console/clock.h"

struct evp_pkey_st;
struct x509_st;
struct x509_store_st;

namespace sekisho::console::pki {

// How long certificates hold. A terminal renews at two thirds of its own.
inline constexpr std::chrono::days kAuthorityLifetime{3650};
inline constexpr std::chrono::days kServerLifetime{825};
inline constexpr std::chrono::days kTerminalLifetime{90};

// Who a client certificate speaks for. Its common name is the terminal's id; its URI is
// "sekisho://<organisation>/terminal/<terminal>/<enrolment>".
struct TerminalIdentity {
  std::string organisation_id;
  std::string terminal_id;
  std::int64_t enrolment = 0;
};
std::string UriOf(const TerminalIdentity& identity);
// INVALID_ARGUMENT when it is not such a URI.
absl::StatusOr<TerminalIdentity> IdentityOf(const std::string& uri);

// What a server needs: PEM.
struct ServerCredentials {
  std::string private_key_pem;
  std::string chain_pem;  // leaf, then the CA itself, so that an enrolling terminal sees its root
};

// What somebody who looks after a certificate wants to know of it.
struct CertificateFacts {
  std::vector<std::string> names;  // DNS names and IP addresses
  WallTime not_before{};
  WallTime not_after{};
  // Renewed when two thirds of its lifetime are over.
  WallTime RenewAt() const { return not_before + (not_after - not_before) * 2 / 3; }
};

// The console's own certificate authority (X.509 v3, ECDSA P-256, SHA-256; RFC 5280). Thread-safe
// after construction.
class Authority {
 public:
  static absl::StatusOr<Authority> Create(const std::string& organisation, WallTime now);
  static absl::StatusOr<Authority> Load(const std::string& key_pem,
                                        const std::string& certificate_pem);
  Authority(Authority&&) noexcept;
  Authority& operator=(Authority&&) noexcept;
  ~Authority();

  // A key and certificate for these DNS names and IP addresses (at least one).
  absl::StatusOr<ServerCredentials> IssueServer(const std::vector<std::string>& names,
                                                WallTime now) const;
  // DER chain, leaf first, for a PKCS#10 request (RFC 2986) whose own signature holds and whose key
  // is P-256. Nothing else of the request is used. INVALID_ARGUMENT says what is wrong with it.
  absl::StatusOr<std::vector<std::string>> IssueTerminal(const std::string& request_der,
                                                         const TerminalIdentity& identity,
                                                         WallTime now) const;

  // Of the first certificate in `pem`.
  static absl::StatusOr<CertificateFacts> FactsOf(const std::string& pem);

  // As its subject names it; empty when that was too long for it.
  const std::string& organisation() const;
  std::string KeyPem() const;  // unencrypted PKCS#8; the caller writes it 0600
  std::string CertificatePem() const;
  std::string CertificateDer() const;
  static absl::StatusOr<std::string> PemOfDer(const std::string& der);

 private:
  struct Parts;
  explicit Authority(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

// Tells whether a client's certificate descends from one of some authorities, whatever the time.
// Thread-safe.
class Descent {
 public:
  // PEM, at least one.
  static absl::StatusOr<Descent> From(const std::string& authorities_pem);
  // UNAUTHENTICATED when it does not, or is not for clients (RFC 5280, 4.2.1.12).
  absl::Status CheckClient(const std::string& certificate_pem) const;

 private:
  explicit Descent(std::shared_ptr<x509_store_st> store) : store_(std::move(store)) {}
  std::shared_ptr<x509_store_st> store_;
};

}  // namespace sekisho::console::pki

#endif  // SEKISHO_CONSOLE_PKI_AUTHORITY_H_
