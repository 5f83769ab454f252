#ifndef SEKISHO_AGENT_LINK_TPM_H_
#define SEKISHO_AGENT_LINK_TPM_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "platform/api/tpm_device.h"

namespace sekisho::link {

inline constexpr std::size_t kP256Bytes = 32;
using P256Number = std::array<std::uint8_t, kP256Bytes>;  // big-endian

// A P-256 key for signing, as its TPM gave it out: the private half is encrypted by that TPM, and
// no other can use it.
struct TpmKey {
  std::string public_area;   // TPM2B_PUBLIC
  std::string private_area;  // TPM2B_PRIVATE

  // One after the other: each begins with its length.
  std::string Bytes() const { return public_area + private_area; }
  // INVALID_ARGUMENT unless Bytes() of a P-256 key for signing gave it.
  static absl::StatusOr<TpmKey> FromBytes(std::string_view bytes);
};

struct P256Point {
  P256Number x{};
  P256Number y{};
};
// Of a key that FromBytes or Tpm::MakeKey gave.
P256Point PointOf(const TpmKey& key);

struct P256Signature {
  P256Number r{};
  P256Number s{};
};

// A TPM 2.0, in its own protocol (TCG, "Trusted Platform Module Library", parts 2 and 3), as much
// of it as one key needs. The key hangs below the owner's storage key and has no password: who may
// open the device may use the key, and nobody can take it away. It is exempt from the lock-out
// after wrong passwords, which counts power cuts, too. Keeps nothing in the TPM and no connection
// between calls; a call takes some 100 ms on real hardware. Thread-safe.
class Tpm {
 public:
  explicit Tpm(std::unique_ptr<const platform::TpmDevice> device) : device_(std::move(device)) {}

  // NOT_FOUND without such a device, UNAVAILABLE when it cannot be opened or refuses.
  absl::StatusOr<TpmKey> MakeKey() const;
  // PERMISSION_DENIED for a key of another TPM; else as MakeKey.
  absl::Status Check(const TpmKey& key) const;
  // ECDSA over a digest (FIPS 186-4), the same errors.
  absl::StatusOr<P256Signature> Sign(const TpmKey& key, const P256Number& digest) const;

 private:
  std::unique_ptr<const platform::TpmDevice> device_;
};

}  // namespace sekisho::link

#endif  // SEKISHO_AGENT_LINK_TPM_H_
