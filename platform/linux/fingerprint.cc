#include "platform/linux/fingerprint.h"

#include <sodium.h>

#include <array>

namespace sekisho::platform {

std::string FingerprintHex(std::span<const std::byte> descriptors) {
  std::array<unsigned char, crypto_hash_sha256_BYTES> digest;
  crypto_hash_sha256(digest.data(), reinterpret_cast<const unsigned char*>(descriptors.data()),
                     descriptors.size());
  std::string hex;
  for (const unsigned char byte : digest) {
    hex += "0123456789abcdef"[byte >> 4];
    hex += "0123456789abcdef"[byte & 15];
  }
  return hex;
}

}  // namespace sekisho::platform
