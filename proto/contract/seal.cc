#include "proto/contract/seal.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "google/protobuf/message.h"
#include "proto/contract/bounds.h"

namespace sekisho::contract {
namespace {

using google::protobuf::Message;

constexpr std::string_view kContext("sekisho.v1\0", 11);

void AppendBigEndian32(std::string& out, std::size_t value) {
  for (const int shift : {24, 16, 8, 0}) out += static_cast<char>(value >> shift & 0xff);
}

std::string_view View(const auto& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Whether a key set can hand a key out for it: key sets and enrolments are the root's, reports the
// terminals'.
bool MayBeListed(v1::Purpose purpose) {
  constexpr v1::Purpose kListed[] = {v1::PURPOSE_BUNDLE, v1::PURPOSE_GRANT,
                                     v1::PURPOSE_GRANT_REVOCATION, v1::PURPOSE_ACKNOWLEDGEMENT,
                                     v1::PURPOSE_BEACON};
  return std::ranges::find(kListed, purpose) != std::end(kListed);
}

}  // namespace

std::string SignedBytes(std::string_view domain, v1::Purpose purpose, const KeyId& key_id,
                        std::string_view payload) {
  std::string bytes;
  bytes.reserve(kContext.size() + domain.size() + key_id.size() + payload.size() + 12);
  bytes += kContext;
  AppendBigEndian32(bytes, domain.size());
  bytes += domain;
  AppendBigEndian32(bytes, static_cast<std::size_t>(purpose));
  AppendBigEndian32(bytes, key_id.size());
  bytes += View(key_id);
  bytes += payload;
  return bytes;
}

v1::Sealed Seal(const PrivateKey& key, std::string_view domain, v1::Purpose purpose,
                std::string payload) {
  const KeyId key_id = KeyIdOf(key.public_key());
  v1::Sealed sealed;
  sealed.set_purpose(purpose);
  sealed.set_key_id(std::string(View(key_id)));
  sealed.set_signature(std::string(View(key.Sign(SignedBytes(domain, purpose, key_id, payload)))));
  sealed.set_payload(std::move(payload));
  return sealed;
}

void KeyRing::Add(v1::Purpose purpose, const PublicKey& key) {
  Key& entry = keys_[KeyIdOf(key)];
  entry.public_key = key;
  entry.purposes.insert(purpose);
}

absl::StatusOr<std::string> KeyRing::Open(const v1::Sealed& sealed, v1::Purpose wanted) const {
  if (!v1::Purpose_IsValid(sealed.purpose()) || sealed.purpose() == v1::PURPOSE_UNSPECIFIED) {
    return absl::InvalidArgumentError("purpose");
  }
  KeyId key_id;
  if (sealed.key_id().size() != key_id.size()) return absl::InvalidArgumentError("key_id");
  if (sealed.signature().size() != 64) return absl::InvalidArgumentError("signature_length");
  if (sealed.payload().size() > kMaxSealedPayload) {
    return absl::InvalidArgumentError("payload_too_large");
  }
  if (sealed.purpose() != wanted) return absl::PermissionDeniedError("wrong_purpose");
  std::copy(sealed.key_id().begin(), sealed.key_id().end(), key_id.begin());
  const auto key = keys_.find(key_id);
  if (key == keys_.end()) return absl::PermissionDeniedError("unknown_key");
  if (!key->second.purposes.contains(wanted)) {
    return absl::PermissionDeniedError("key_of_another_purpose");
  }
  const std::string covered = SignedBytes(domain_, wanted, key_id, sealed.payload());
  if (!Verify(key->second.public_key, covered, sealed.signature())) {
    return absl::PermissionDeniedError("bad_signature");
  }
  return sealed.payload();
}

absl::Status ParseStrictlyInto(std::string_view payload, Message& message) {
  const std::string& type = message.GetDescriptor()->full_name();
  if (payload.size() > kMaxGrpcMessage) {
    return absl::InvalidArgumentError(absl::StrCat(type, ": too large"));
  }
  if (!message.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) {
    return absl::InvalidArgumentError(absl::StrCat(type, ": malformed"));
  }
  return CheckBoundsAndUnknown(message);
}

absl::StatusOr<OpenedKeySet> OpenKeySet(const v1::TrustAnchor& anchor, const v1::Sealed& key_set) {
  const absl::StatusOr<PublicKey> root = ParsePublicKey(anchor.root_public_key());
  if (!root.ok()) return root.status();
  OpenedKeySet opened{.ring = KeyRing(anchor.organisation_id()), .version = 0};
  opened.ring.Add(v1::PURPOSE_KEY_SET, *root);
  opened.ring.Add(v1::PURPOSE_ENROLMENT, *root);
  const absl::StatusOr<v1::KeySet> set =
      OpenAndParse<v1::KeySet>(opened.ring, key_set, v1::PURPOSE_KEY_SET);
  if (absl::IsPermissionDenied(set.status())) {
    return absl::FailedPreconditionError(set.status().message());
  }
  if (!set.ok()) return set.status();
  if (set->organisation_id() != anchor.organisation_id()) {
    return absl::FailedPreconditionError("key_set: of another organisation");
  }
  if (set->version() == 0) return absl::InvalidArgumentError("key_set: version 0");
  for (const v1::SigningKey& listed : set->keys()) {
    const absl::StatusOr<PublicKey> key = ParsePublicKey(listed.public_key());
    if (!key.ok()) return key.status();
    if (!MayBeListed(listed.purpose()) || *key == *root) {
      return absl::FailedPreconditionError("key_set: a key for what it may not sign");
    }
    opened.ring.Add(listed.purpose(), *key);
    // Not listed: agents of before it would refuse a key set with a purpose that they do not know.
    if (listed.purpose() == v1::PURPOSE_GRANT) opened.ring.Add(v1::PURPOSE_ORDER, *key);
    if (listed.purpose() == v1::PURPOSE_BUNDLE) opened.ring.Add(v1::PURPOSE_REGISTER, *key);
  }
  opened.version = set->version();
  return opened;
}

absl::StatusOr<v1::TrustAnchor> NextAnchor(const v1::TrustAnchor& held, const v1::Sealed& link) {
  const absl::StatusOr<PublicKey> root = ParsePublicKey(held.root_public_key());
  if (!root.ok()) return root.status();
  KeyRing ring(held.organisation_id());
  ring.Add(v1::PURPOSE_TRUST_ANCHOR, *root);
  absl::StatusOr<v1::TrustAnchor> next =
      OpenAndParse<v1::TrustAnchor>(ring, link, v1::PURPOSE_TRUST_ANCHOR);
  if (!next.ok()) return next.status();
  if (next->organisation_id() != held.organisation_id()) {
    return absl::PermissionDeniedError("other-organisation");
  }
  if (absl::Status good = ParsePublicKey(next->root_public_key()).status(); !good.ok()) return good;
  return next;
}

}  // namespace sekisho::contract
