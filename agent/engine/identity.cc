#include "agent/engine/identity.h"

#include <sodium/utils.h>

#include <algorithm>
#include <utility>

#include "proto/contract/bounds.h"
#include "sekisho/v1/agent_state.pb.h"

namespace sekisho::engine {
namespace {

bool SameBytes(std::string_view bytes, const contract::Sha256& hash) {
  return bytes.size() == hash.size() &&
         std::equal(hash.begin(), hash.end(), bytes.begin(),
                    [](std::uint8_t a, char b) { return a == static_cast<std::uint8_t>(b); });
}

// A string that held a secret.
void Wipe(std::string& secret) { sodium_memzero(secret.data(), secret.size()); }

}  // namespace

absl::StatusOr<Identity> VerifyEnrolment(const EnrolmentAnswer& answer,
                                         std::string_view anchor_hash,
                                         contract::PrivateKey report_key) {
  if (!anchor_hash.empty() && !SameBytes(anchor_hash, contract::HashOf(answer.trust_anchor))) {
    return absl::PermissionDeniedError("other-root-of-trust");
  }
  absl::StatusOr<v1::TrustAnchor> anchor =
      contract::ParseStrictly<v1::TrustAnchor>(answer.trust_anchor);
  if (!anchor.ok()) return anchor.status();
  absl::StatusOr<contract::PublicKey> root = contract::ParsePublicKey(anchor->root_public_key());
  if (!root.ok()) return root.status();
  contract::KeyRing root_ring(anchor->organisation_id());
  root_ring.Add(v1::PURPOSE_ENROLMENT, *root);
  absl::StatusOr<v1::EnrolmentGrant> grant = contract::OpenAndParse<v1::EnrolmentGrant>(
      root_ring, answer.enrolment, v1::PURPOSE_ENROLMENT);
  if (!grant.ok()) return grant.status();
  if (grant->organisation_id() != anchor->organisation_id()) {
    return absl::PermissionDeniedError("other-organisation");
  }
  if (!SameBytes(grant->report_public_key(), report_key.public_key())) {
    return absl::PermissionDeniedError("other-report-key");
  }
  if (grant->terminal_id().empty() || grant->group_id().empty()) {
    return absl::InvalidArgumentError("enrolment-incomplete");
  }
  std::string anchor_bytes = answer.trust_anchor;
  std::vector<std::string> earlier;
  absl::StatusOr<contract::OpenedKeySet> keys = contract::OpenKeySet(*anchor, answer.key_set);
  for (const v1::Sealed& link : answer.anchor_links) {
    anchor = contract::NextAnchor(*anchor, link);
    if (!anchor.ok()) return anchor.status();
    earlier.push_back(std::exchange(anchor_bytes, link.payload()));
    // The key set held may still be of a root before: the next one follows its anchor.
    absl::StatusOr<contract::OpenedKeySet> by_this = contract::OpenKeySet(*anchor, answer.key_set);
    if (by_this.ok()) keys = std::move(by_this);
  }
  if (!keys.ok()) return keys.status();
  return Identity{std::move(anchor_bytes), *std::move(anchor),    std::move(earlier),
                  *std::move(grant),       std::move(report_key), std::move(keys->ring),
                  keys->version,           answer.enrolment};
}

void IdentityKeeper::Load() {
  std::optional<std::string> stored_bytes = store_.Load(StateFile::kIdentity);
  if (!stored_bytes) return;
  std::optional<std::string> seed = store_.Load(StateFile::kReportKey);
  std::optional<std::string> key_set_bytes = store_.Load(StateFile::kKeySet);
  v1::StoredIdentity stored;
  EnrolmentAnswer answer;
  if (!stored.ParseFromString(*stored_bytes)) {
    store_.SetAside(StateFile::kIdentity, "garbage");
    return;
  }
  // Without its key or its console's keys an identity is only a name.
  if (!seed || !key_set_bytes || !answer.key_set.ParseFromString(*key_set_bytes)) {
    store_.SetAside(StateFile::kIdentity, "incomplete");
    return;
  }
  absl::StatusOr<contract::PrivateKey> key = contract::PrivateKey::FromSeed(*seed);
  Wipe(*seed);
  if (!key.ok()) {
    store_.SetAside(StateFile::kReportKey, "garbage");
    store_.SetAside(StateFile::kIdentity, "incomplete");
    return;
  }
  answer.trust_anchor = stored.trust_anchor();
  answer.enrolment = stored.enrolment();
  answer.anchor_links.assign(stored.anchor_links().begin(), stored.anchor_links().end());
  absl::StatusOr<Identity> identity = VerifyEnrolment(answer, "", *std::move(key));
  if (!identity.ok()) {
    store_.SetAside(StateFile::kIdentity, "not-verified");
    return;
  }
  identity_.emplace(*std::move(identity));
}

absl::Status IdentityKeeper::Adopt(Identity identity, const EnrolmentAnswer& answer) {
  std::string seed = identity.report_key.Seed();
  absl::Status saved = store_.Save(StateFile::kReportKey, seed);
  Wipe(seed);
  if (!saved.ok()) return saved;
  saved = store_.Save(StateFile::kKeySet, answer.key_set.SerializeAsString());
  if (!saved.ok()) return saved;
  v1::StoredIdentity stored;
  stored.set_trust_anchor(answer.trust_anchor);
  *stored.mutable_enrolment() = answer.enrolment;
  saved = store_.Save(StateFile::kIdentity, stored.SerializeAsString());
  if (!saved.ok()) return saved;
  identity_.emplace(std::move(identity));
  return absl::OkStatus();
}

absl::Status IdentityKeeper::UpdateKeySet(const v1::Sealed& key_set) {
  if (!identity_) return absl::FailedPreconditionError("not-enrolled");
  absl::StatusOr<contract::OpenedKeySet> keys = contract::OpenKeySet(identity_->anchor, key_set);
  if (!keys.ok()) return keys.status();
  if (keys->version == identity_->keyset_version) return absl::AlreadyExistsError("same-version");
  if (keys->version < identity_->keyset_version) {
    return absl::FailedPreconditionError("older-version");
  }
  absl::Status saved = store_.Save(StateFile::kKeySet, key_set.SerializeAsString());
  if (!saved.ok()) return saved;
  identity_->ring = std::move(keys->ring);
  identity_->keyset_version = keys->version;
  return absl::OkStatus();
}

absl::Status IdentityKeeper::FollowAnchor(const v1::Sealed& link) {
  if (!identity_) return absl::FailedPreconditionError("not-enrolled");
  // One that was left behind is not gone back to, however good its signature is.
  if (link.payload() == identity_->trust_anchor ||
      std::ranges::find(identity_->earlier_anchors, link.payload()) !=
          identity_->earlier_anchors.end()) {
    return absl::AlreadyExistsError("known-anchor");
  }
  absl::StatusOr<v1::TrustAnchor> next = contract::NextAnchor(identity_->anchor, link);
  if (!next.ok()) return next.status();
  v1::StoredIdentity stored;
  const std::optional<std::string> bytes = store_.Load(StateFile::kIdentity);
  if (!bytes || !stored.ParseFromString(*bytes)) return absl::DataLossError("identity-unreadable");
  if (identity_->earlier_anchors.size() >= contract::kMaxAnchorLinks) {
    return absl::ResourceExhaustedError("too-many-anchors");
  }
  *stored.add_anchor_links() = link;
  absl::Status saved = store_.Save(StateFile::kIdentity, stored.SerializeAsString());
  if (!saved.ok()) return saved;
  identity_->earlier_anchors.push_back(std::exchange(identity_->trust_anchor, link.payload()));
  identity_->anchor = *std::move(next);
  return absl::OkStatus();
}

}  // namespace sekisho::engine
