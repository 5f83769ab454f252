#include "proto/contract/keys.h"

#include <sodium.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "absl/status/status.h"

namespace sekisho::contract {
namespace {

static_assert(crypto_sign_PUBLICKEYBYTES == 32 && crypto_sign_BYTES == 64);

// libsodium without its generator or its locked memory is no ground to go on: nothing may be signed
// or believed then.
void Initialise() {
  static const bool ready = sodium_init() >= 0;
  if (!ready) std::abort();
}

const std::uint8_t* Bytes(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

}  // namespace

Sha256 HashOf(std::string_view bytes) {
  Sha256 hash;
  crypto_hash_sha256(hash.data(), Bytes(bytes), bytes.size());
  return hash;
}

KeyId KeyIdOf(const PublicKey& key) {
  const Sha256 hash = HashOf({reinterpret_cast<const char*>(key.data()), key.size()});
  KeyId id;
  std::copy_n(hash.begin(), id.size(), id.begin());
  return id;
}

std::string RandomBytes(std::size_t n) {
  Initialise();
  std::string bytes(n, '\0');
  randombytes_buf(bytes.data(), bytes.size());
  return bytes;
}

std::string ToHex(std::span<const std::uint8_t> bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  hex.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  return hex;
}

absl::StatusOr<PublicKey> ParsePublicKey(std::string_view bytes) {
  Initialise();
  PublicKey key;
  if (bytes.size() != key.size()) {
    return absl::InvalidArgumentError("public_key: not 32 bytes");
  }
  std::copy(bytes.begin(), bytes.end(), key.begin());
  if (crypto_core_ed25519_is_valid_point(key.data()) != 1) {
    return absl::InvalidArgumentError("public_key: not an Ed25519 key");
  }
  return key;
}

PrivateKey PrivateKey::Generate() {
  std::string seed = RandomBytes(crypto_sign_SEEDBYTES);
  absl::StatusOr<PrivateKey> key = FromSeed(seed);
  sodium_memzero(seed.data(), seed.size());
  return *std::move(key);
}

absl::StatusOr<PrivateKey> PrivateKey::FromSeed(std::string_view seed) {
  Initialise();
  if (seed.size() != crypto_sign_SEEDBYTES) {
    return absl::InvalidArgumentError("private key: the seed is not 32 bytes");
  }
  PrivateKey key;
  key.secret_ = static_cast<std::uint8_t*>(sodium_malloc(crypto_sign_SECRETKEYBYTES));
  if (key.secret_ == nullptr) std::abort();
  crypto_sign_seed_keypair(key.public_key_.data(), key.secret_, Bytes(seed));
  sodium_mprotect_readonly(key.secret_);
  return key;
}

PrivateKey::PrivateKey(PrivateKey&& other) noexcept
    : public_key_(other.public_key_), secret_(std::exchange(other.secret_, nullptr)) {}

PrivateKey& PrivateKey::operator=(PrivateKey&& other) noexcept {
  if (this != &other) {
    sodium_free(secret_);
    public_key_ = other.public_key_;
    secret_ = std::exchange(other.secret_, nullptr);
  }
  return *this;
}

PrivateKey::~PrivateKey() { sodium_free(secret_); }

std::string PrivateKey::Seed() const {
  std::string seed(crypto_sign_SEEDBYTES, '\0');
  crypto_sign_ed25519_sk_to_seed(reinterpret_cast<std::uint8_t*>(seed.data()), secret_);
  return seed;
}

std::array<std::uint8_t, 64> PrivateKey::Sign(std::string_view message) const {
  std::array<std::uint8_t, 64> signature;
  crypto_sign_detached(signature.data(), nullptr, Bytes(message), message.size(), secret_);
  return signature;
}

bool Verify(const PublicKey& key, std::string_view message, std::string_view signature) {
  Initialise();
  return signature.size() == crypto_sign_BYTES &&
         crypto_sign_verify_detached(Bytes(signature), Bytes(message), message.size(),
                                     key.data()) == 0;
}

}  // namespace sekisho::contract
