#ifndef SEKISHO_AGENT_ENGINE_IDENTITY_H_
#define SEKISHO_AGENT_ENGINE_IDENTITY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agent/engine/state_store.h"
#include "proto/contract/keys.h"
#include "proto/contract/seal.h"
#include "sekisho/v1/agent_service.pb.h"
#include "sekisho/v1/seal.pb.h"

namespace sekisho::engine {

// Who this terminal is, as the root key signed it, and the keys that go with it.
struct Identity {
  std::string trust_anchor;  // as hashed in the token, or one that followed it
  v1::TrustAnchor anchor;
  std::vector<std::string> earlier_anchors;  // oldest first
  v1::EnrolmentGrant grant;
  contract::PrivateKey report_key;
  contract::KeyRing ring;
  std::uint64_t keyset_version = 0;
  // `grant`, as the root signed it: what a console that has forgotten us is shown.
  v1::Sealed enrolment;

  const std::string& organisation_id() const { return grant.organisation_id(); }
  const std::string& terminal_id() const { return grant.terminal_id(); }
  const std::string& group_id() const { return grant.group_id(); }
};

// The console's answer to an enrolment, with what agentd asked for.
struct EnrolmentAnswer {
  std::string trust_anchor;
  v1::Sealed enrolment;
  v1::Sealed key_set;
  // Anchors that followed since; empty in an answer.
  std::vector<v1::Sealed> anchor_links;
};

// Verifies everything again, whoever carried it: the anchor against `anchor_hash` (unless empty: at
// a start, the anchor is our own file), the root's signature over the enrolment and the key set,
// and that the enrolment is of this key. PERMISSION_DENIED or INVALID_ARGUMENT say which failed.
absl::StatusOr<Identity> VerifyEnrolment(const EnrolmentAnswer& answer,
                                         std::string_view anchor_hash,
                                         contract::PrivateKey report_key);

// The identity on disk.
class IdentityKeeper {
 public:
  // `store` outlives this.
  explicit IdentityKeeper(StateStore& store) : store_(store) {}
  // Whatever does not verify is set aside; the terminal is then not enrolled, and denies.
  void Load();
  // Durable when OK: key and key set first, the identity last, which commits.
  absl::Status Adopt(Identity identity, const EnrolmentAnswer& answer);
  // The one on disk makes room for another; in use until then.
  void SetAside(const std::string& cause) {
    store_.SetAside(StateFile::kIdentity, cause);
    store_.SetAside(StateFile::kReportKey, cause);
  }
  // A newer key set, by the same root. FAILED_PRECONDITION when it is not newer.
  absl::Status UpdateKeySet(const v1::Sealed& key_set);
  // The console's next root key or authority, which the root held now has signed; a key set of it
  // follows. ALREADY_EXISTS for one that is or was held.
  absl::Status FollowAnchor(const v1::Sealed& link);

  const Identity* get() const { return identity_ ? &*identity_ : nullptr; }

 private:
  StateStore& store_;
  std::optional<Identity> identity_;
};

}  // namespace sekisho::engine

#endif  // SEKISHO_AGENT_ENGINE_IDENTITY_H_
