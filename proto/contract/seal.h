#ifndef SEKISHO_PROTO_CONTRACT_SEAL_H_
#define SEKISHO_PROTO_CONTRACT_SEAL_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "proto/contract/keys.h"
#include "sekisho/v1/seal.pb.h"

namespace sekisho::contract {

// The exact bytes that a signature covers; see sekisho.v1.Sealed.
std::string SignedBytes(std::string_view domain, v1::Purpose purpose, const KeyId& key_id,
                        std::string_view payload);

v1::Sealed Seal(const PrivateKey& key, std::string_view domain, v1::Purpose purpose,
                std::string payload);

// Who may sign what (a ring of one organisation). A key signs only for the purposes it was added
// for; adding it again adds a purpose.
class KeyRing {
 public:
  explicit KeyRing(std::string domain) : domain_(std::move(domain)) {}
  void Add(v1::Purpose purpose, const PublicKey& key);
  // The payload, once the signature is good; else PERMISSION_DENIED (bad signature, unknown key, a
  // key of another purpose, a purpose other than the one wanted) or INVALID_ARGUMENT (malformed,
  // above the bound). The message is one of these, and nothing else: "purpose", "key_id",
  // "signature_length", "payload_too_large" (malformed); "wrong_purpose", "unknown_key",
  // "key_of_another_purpose", "bad_signature" (denied).
  absl::StatusOr<std::string> Open(const v1::Sealed& sealed, v1::Purpose wanted) const;
  const std::string& domain() const { return domain_; }

 private:
  std::string domain_;
  struct Key {
    PublicKey public_key;
    std::set<v1::Purpose> purposes;
  };
  std::map<KeyId, Key> keys_;
};

// Parses a verified payload and refuses what this code does not know: unknown fields or enum
// values at any depth (FAILED_PRECONDITION, naming the message and the number), malformed bytes,
// more than kMaxGrpcMessage of them, or a broken bound (INVALID_ARGUMENT). Zero enums
// (*_UNSPECIFIED) pass here; ToCore refuses them where a value is needed.
template <typename Message>
absl::StatusOr<Message> ParseStrictly(std::string_view payload);
absl::Status ParseStrictlyInto(std::string_view payload, google::protobuf::Message& message);

template <typename Message>
absl::StatusOr<Message> ParseStrictly(std::string_view payload) {
  Message message;
  if (absl::Status status = ParseStrictlyInto(payload, message); !status.ok()) return status;
  return message;
}

// Verify, then parse.
template <typename Message>
absl::StatusOr<Message> OpenAndParse(const KeyRing& ring, const v1::Sealed& sealed,
                                     v1::Purpose wanted) {
  absl::StatusOr<std::string> payload = ring.Open(sealed, wanted);
  if (!payload.ok()) return payload.status();
  return ParseStrictly<Message>(*payload);
}

// A key ring from a verified anchor and key set: the root key signs key sets and enrolments, the
// set's keys the rest, each exactly what it is listed for.
// FAILED_PRECONDITION when the set is not signed by that root, is another organisation's, or lists
// a key for what it may not sign; INVALID_ARGUMENT when it is malformed. Whether `version` may
// replace the one held, and not_after, are the caller's to judge: there is no clock here.
struct OpenedKeySet {
  KeyRing ring;
  std::uint64_t version = 0;
};
absl::StatusOr<OpenedKeySet> OpenKeySet(const v1::TrustAnchor& anchor, const v1::Sealed& key_set);

// The anchor that `link` puts into the place of `held`, whose root key must have signed it. Its
// root key, its authority or both are new. PERMISSION_DENIED when it is not signed so or another
// organisation's, else as ParseStrictly.
absl::StatusOr<v1::TrustAnchor> NextAnchor(const v1::TrustAnchor& held, const v1::Sealed& link);

}  // namespace sekisho::contract

#endif  // SEKISHO_PROTO_CONTRACT_SEAL_H_
