#ifndef SEKISHO_CONSOLE_PKI_KEYRING_H_
#define SEKISHO_CONSOLE_PKI_KEYRING_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "console/pki/authority.h"
#include "proto/contract/keys.h"
#include "proto/contract/seal.h"
#include "sekisho/v1/seal.pb.h"

namespace sekisho::console::pki {

// Everything that one organisation's console signs with, as files (0600) under one folder:
//   ca.key ca.pem server.key server.pem root.key bundle.key grant.key grant-revocation.key
//   acknowledgement.key beacon.key trust-anchor keyset
// Each Ed25519 key signs for one purpose only. Thread-safe after construction.
class Keyring {
 public:
  // Makes all keys and writes them. ALREADY_EXISTS when any file is there: keys are never
  // overwritten, every terminal would be lost.
  static absl::StatusOr<Keyring> Create(const std::string& folder,
                                        const std::string& organisation_id,
                                        const std::string& organisation_name,
                                        const std::vector<std::string>& server_names, WallTime now);
  static absl::StatusOr<Keyring> Load(const std::string& folder);

  const std::string& organisation_id() const { return anchor_.organisation_id(); }
  const Authority& authority() const { return authority_; }
  const ServerCredentials& server() const { return server_; }
  // TrustAnchor as serialised once; what tokens carry the SHA-256 of.
  const std::string& trust_anchor() const { return trust_anchor_; }
  const v1::Sealed& key_set() const { return key_set_; }
  std::uint64_t key_set_version() const { return key_set_version_; }

  // Signs for a purpose of this console's own (all but REPORT, STATUS and ENROLMENT_REQUEST, which
  // only terminals sign: FAILED_PRECONDITION).
  absl::StatusOr<v1::Sealed> Seal(v1::Purpose purpose, std::string payload) const;

 private:
  explicit Keyring(Authority authority) : authority_(std::move(authority)) {}
  Authority authority_;
  ServerCredentials server_;
  std::string trust_anchor_;
  v1::TrustAnchor anchor_;
  v1::Sealed key_set_;
  std::uint64_t key_set_version_ = 0;
  std::map<v1::Purpose, contract::PrivateKey> keys_;
};

}  // namespace sekisho::console::pki

#endif  // SEKISHO_CONSOLE_PKI_KEYRING_H_
