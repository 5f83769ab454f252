#ifndef SEKISHO_AGENT_LINK_IDENTITY_H_
#define SEKISHO_AGENT_LINK_IDENTITY_H_

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "agent/link/tpm.h"
#include "proto/contract/bounds.h"
#include "sekisho/v1/order.pb.h"

typedef struct evp_pkey_st EVP_PKEY;

namespace sekisho::link {

// A P-256 key pair for TLS. The private half is written to the identity file (one that was made in
// a TPM encrypted by it, and of use to no other) and given to the TLS library, and goes nowhere
// else.
class TlsKey {
 public:
  // In memory.
  static absl::StatusOr<TlsKey> Generate();
  // In the process' TPM (agent/link/tpm_key.h) where that works, else in memory; logs why not.
  static absl::StatusOr<TlsKey> GenerateBest();
  // PEM, unencrypted PKCS#8 or a TPM's. UNAVAILABLE for a TPM's when it is another's than this
  // machine's, or that cannot be reached now; INVALID_ARGUMENT for what is neither.
  static absl::StatusOr<TlsKey> FromPem(std::string_view pem);
  // PKCS#10 (RFC 2986), DER, with an empty subject: the console decides who this is.
  absl::StatusOr<std::string> CertificateRequest() const;
  absl::StatusOr<std::string> Pem() const;
  // As gRPC wants it.
  absl::StatusOr<std::string> ForGrpc() const;
  v1::KeyProtection protection() const {
    return in_tpm_ ? v1::KEY_PROTECTION_TPM : v1::KEY_PROTECTION_FILE;
  }
  EVP_PKEY* get() const { return key_.get(); }

 private:
  explicit TlsKey(EVP_PKEY* key, std::optional<TpmKey> in_tpm = std::nullopt);
  static absl::StatusOr<TlsKey> InTpm(TpmKey key);
  std::shared_ptr<EVP_PKEY> key_;
  std::optional<TpmKey> in_tpm_;
};

// Who this terminal is to TLS: a private key and the chain that the console issued over it.
struct Identity {
  std::string key_pem;
  std::string key_for_grpc;
  v1::KeyProtection protection = v1::KEY_PROTECTION_UNSPECIFIED;
  // Leaf first, PEM.
  std::string chain_pem;
  // What follows the leaf in it.
  std::string issuer_pem;
  // The leaf's common name, and the last segments of its URI names: one of them is the terminal's
  // id.
  std::vector<std::string> names;
  std::chrono::sys_seconds not_before;
  std::chrono::sys_seconds not_after;

  bool Names(std::string_view terminal_id) const;
  // Two thirds into the leaf's lifetime.
  std::chrono::sys_seconds RenewAt() const;
};

inline constexpr std::size_t kMaxChain = 8;
// The console's own, and those that it had before.
inline constexpr std::size_t kMaxAuthorities = 1 + contract::kMaxAnchorLinks;
inline constexpr std::size_t kMaxIdentityBytes = 64 * 1024;

// An issued chain (DER, leaf first), taken only if the leaf is over `key` and descends from one
// of `authorities` (PEM). PERMISSION_DENIED or INVALID_ARGUMENT say what is wrong. Validity periods
// are not judged: the terminal's clock may be off by years, and the console judges them at the
// handshake.
absl::StatusOr<Identity> TakeIdentity(const TlsKey& key, std::span<const std::string> chain_der,
                                      std::string_view authorities_pem);

// One file's content, so that a power cut never leaves a key beside another key's certificate.
std::string WriteIdentity(const Identity& identity);
// INVALID_ARGUMENT for anything that WriteIdentity did not write, UNAVAILABLE when its key is in a
// TPM that is not here.
absl::StatusOr<Identity> ReadIdentity(std::string_view content);

// Whether the identity's chain ends at one of `authorities` (PEM).
absl::Status CheckDescent(const Identity& identity, std::string_view authorities_pem);

absl::StatusOr<std::string> CertificateToPem(std::string_view der);

}  // namespace sekisho::link

#endif  // SEKISHO_AGENT_LINK_IDENTITY_H_
