#ifndef SEKISHO_PROTO_CONTRACT_KEYS_H_
#define SEKISHO_PROTO_CONTRACT_KEYS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace sekisho::contract {

using Sha256 = std::array<std::uint8_t, 32>;
using PublicKey = std::array<std::uint8_t, 32>;  // Ed25519, RFC 8032
using KeyId = std::array<std::uint8_t, 16>;      // first half of SHA-256 of the public key

Sha256 HashOf(std::string_view bytes);
KeyId KeyIdOf(const PublicKey& key);
// `n` bytes from the operating system's generator.
std::string RandomBytes(std::size_t n);
std::string ToHex(std::span<const std::uint8_t> bytes);
absl::StatusOr<PublicKey> ParsePublicKey(std::string_view bytes);

// An Ed25519 private key in locked memory, wiped when destroyed; never copied, printed or dumped.
class PrivateKey {
 public:
  static PrivateKey Generate();
  // 32-byte seed, as Seed() gave it; INVALID_ARGUMENT on any other length.
  static absl::StatusOr<PrivateKey> FromSeed(std::string_view seed);
  PrivateKey(PrivateKey&& other) noexcept;
  PrivateKey& operator=(PrivateKey&& other) noexcept;
  ~PrivateKey();

  const PublicKey& public_key() const { return public_key_; }
  // For storing; the caller wipes it.
  std::string Seed() const;
  std::array<std::uint8_t, 64> Sign(std::string_view message) const;

 private:
  PrivateKey() = default;
  PublicKey public_key_{};
  std::uint8_t* secret_ = nullptr;  // sodium_malloc
};

bool Verify(const PublicKey& key, std::string_view message, std::string_view signature);

}  // namespace sekisho::contract

#endif  // SEKISHO_PROTO_CONTRACT_KEYS_H_
