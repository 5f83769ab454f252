#ifndef SEKISHO_CONSOLE_PKI_KEYRING_H_
#define SEKISHO_CONSOLE_PKI_KEYRING_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "console/pki/authority.h"
#include "proto/contract/keys.h"
#include "proto/contract/seal.h"
#include "sekisho/v1/seal.pb.h"

namespace sekisho::console::pki {

// A TrustAnchor that took the place of another, signed by the root key of that other one. Another
// root key, another authority, or both.
struct AnchorLink {
  // The anchor before, TrustAnchor serialised.
  std::string before;
  // The next one: Sealed for PURPOSE_TRUST_ANCHOR.
  v1::Sealed sealed;
  // The first key set that the new root signed: whoever has an older one needs this link first.
  std::uint64_t key_set_version = 0;
};

// Everything that one organisation's console signs with, as files (0600) under one folder:
//   ca.key ca.pem server-identity.pem root.key bundle.key grant.key grant-revocation.key
//   acknowledgement.key beacon.key trust-anchor keyset anchor-links
// Each Ed25519 key signs for one purpose only (the grant key for orders too). What they are can
// change while the console runs: another process rotates them, this one reads them again. A caller
// sees the keys of before or those of after, never some of each. Thread-safe.
class Keyring {
 public:
  // Makes all keys and writes them. ALREADY_EXISTS when any file is there: keys are never
  // overwritten, every terminal would be lost.
  static absl::StatusOr<Keyring> Create(const std::string& folder,
                                        const std::string& organisation_id,
                                        const std::string& organisation_name,
                                        const std::vector<std::string>& server_names, WallTime now);
  // `wall`: by what a key's not_after is judged; the system's clock without it.
  static absl::StatusOr<Keyring> Load(const std::string& folder,
                                      std::function<WallTime()> wall = nullptr);

  const std::string& organisation_id() const { return organisation_id_; }
  // The one that issues now.
  std::shared_ptr<const Authority> authority() const;
  // Whether a client's certificate descends from it, or from one before it: a terminal that was
  // away has nothing newer to show. UNAUTHENTICATED when it does not.
  absl::Status CheckClient(const std::string& certificate_pem) const;
  ServerCredentials server() const;
  // Key and chain in one file, which is replaced as a whole.
  std::string server_file() const;
  // TrustAnchor as serialised once; what tokens carry the SHA-256 of.
  std::string trust_anchor() const;
  v1::Sealed key_set() const;
  std::uint64_t key_set_version() const;
  // Oldest first.
  std::vector<AnchorLink> anchor_links() const;

  // Signs for a purpose of this console's own (all but REPORT, STATUS and ENROLMENT_REQUEST, which
  // only terminals sign: FAILED_PRECONDITION; the same for a key that is over by its not_after).
  absl::StatusOr<v1::Sealed> Seal(v1::Purpose purpose, std::string payload) const;
  // Opens enrolments that this console's root key, or one before it, has signed.
  absl::StatusOr<contract::KeyRing> Roots() const;
  // When the key that signs for `purpose` now is over.
  WallTime NotAfter(v1::Purpose purpose) const;
  // The first half of that key's id, hexadecimal.
  std::string IdOfKey(v1::Purpose purpose) const;

  // What the files hold now, if it is not what is in use; nullopt when it is.
  class Fresh;
  absl::StatusOr<std::unique_ptr<Fresh>> ReadAgain() const;
  void Use(std::unique_ptr<Fresh> fresh);

  // The next ones write files only; ReadAgain and Use put them into use, here and in a console that
  // runs.

  // A new key for each of the purposes, told in one key set above the one in use by 1, or by
  // `leap`. What the old ones have signed stays good: their public halves stay in the set, the
  // newest few of each purpose. INVALID_ARGUMENT for a purpose that has no key of its own.
  absl::Status Rotate(const std::vector<v1::Purpose>& purposes, WallTime now,
                      std::uint64_t leap = 1) const;
  // A new root key, which the old one vouches for; the authority stays. Then a key set of its own.
  absl::Status RotateRoot() const;
  // A new authority, which the root key vouches for, and a certificate by it for the server. What
  // the one before has issued stays good for its terminals to connect with and renew; its key is
  // overwritten.
  absl::Status RotateAuthority(WallTime now) const;
  // A new key and certificate for the server, for the names that the present one has.
  absl::Status RenewServer(WallTime now) const;

 private:
  struct State;
  Keyring(std::string folder, std::function<WallTime()> wall);
  static absl::StatusOr<std::shared_ptr<const State>> ReadFiles(const std::string& folder);
  std::shared_ptr<const State> Now() const;
  // The files that put `next` into the place of the trust anchor in use. `root` is its key.
  // FAILED_PRECONDITION when no terminal would follow so far.
  absl::StatusOr<std::vector<std::pair<std::string, std::string>>> FilesOfNext(
      const v1::TrustAnchor& next, const contract::PrivateKey* root) const;

  std::string folder_;
  std::function<WallTime()> wall_;
  std::string organisation_id_;
  struct Shared {
    std::mutex mutex;
    std::shared_ptr<const State> state;
  };
  std::unique_ptr<Shared> shared_;
};

class Keyring::Fresh {
 public:
  const v1::Sealed& key_set() const;
  std::uint64_t key_set_version() const;
  const std::vector<AnchorLink>& anchor_links() const;
  ~Fresh();

 private:
  friend class Keyring;
  explicit Fresh(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

}  // namespace sekisho::console::pki

#endif  // SEKISHO_CONSOLE_PKI_KEYRING_H_
