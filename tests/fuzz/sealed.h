#ifndef SEKISHO_TESTS_FUZZ_SEALED_H_
#define SEKISHO_TESTS_FUZZ_SEALED_H_

#include <string>

#include "proto/contract/seal.h"
#include "tests/fuzz/check.h"

namespace sekisho::fuzz {

inline constexpr char kDomain[] = "komae";

// Always the same one: a fuzzer's input must mean the same in every run.
inline const contract::PrivateKey& Key() {
  static const auto* const key = new contract::PrivateKey(
      contract::PrivateKey::FromSeed("0123456789abcdef0123456789abcdef").value());
  return *key;
}

inline const contract::KeyRing& Ring(v1::Purpose purpose) {
  static const auto* const ring = [purpose] {
    auto* made = new contract::KeyRing(kDomain);
    made->Add(purpose, Key().public_key());
    return made;
  }();
  return *ring;
}

// As bytes from the network: nobody without the key opens anything.
inline void CheckNotForged(const std::string& bytes, v1::Purpose purpose) {
  v1::Sealed sealed;
  if (!sealed.ParseFromString(bytes)) return;
  FUZZ_CHECK(!Ring(purpose).Open(sealed, purpose).ok());
}

// As a payload that the console signed: opened, and when it parses strictly it is written and read
// again as the same message.
template <typename Message>
absl::StatusOr<Message> CheckSigned(const std::string& payload, v1::Purpose purpose) {
  const v1::Sealed sealed = contract::Seal(Key(), kDomain, purpose, payload);
  const auto opened = Ring(purpose).Open(sealed, purpose);
  FUZZ_CHECK(opened.ok() && *opened == payload);
  const auto message = contract::OpenAndParse<Message>(Ring(purpose), sealed, purpose);
  if (!message.ok()) return message;
  const std::string written = message->SerializeAsString();
  const auto again = contract::ParseStrictly<Message>(written);
  FUZZ_CHECK(again.ok());
  FUZZ_CHECK(again->SerializeAsString() == written);
  // Field 1000 is nobody's: the same message with it is refused.
  FUZZ_CHECK(!contract::ParseStrictly<Message>(payload + "\xc0\x3e\x01").ok());
  return message;
}

}  // namespace sekisho::fuzz

#endif  // SEKISHO_TESTS_FUZZ_SEALED_H_
