#include "agent/engine/state_file.h"

#include <cstdint>

#include "proto/contract/keys.h"

namespace sekisho::engine {
namespace {

constexpr std::string_view kMagic("SEKISHO\n", 8);
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kHeader = 8 + 4 + 4 + 32;

std::string BigEndian(std::uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 0xff);
  return bytes;
}

std::uint32_t ReadBigEndian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value = value << 8 | static_cast<std::uint8_t>(bytes[i]);
  return value;
}

std::string HashAsBytes(std::string_view payload) {
  const contract::Sha256 hash = contract::HashOf(payload);
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

}  // namespace

const char* Name(StateFault fault) {
  switch (fault) {
    case StateFault::kTruncated:
      return "truncated";
    case StateFault::kGarbage:
      return "garbage";
    case StateFault::kNewerVersion:
      return "newer-version";
    case StateFault::kDamaged:
      return "damaged";
  }
  return "garbage";
}

std::string WriteStateFile(std::string_view payload) {
  std::string bytes(kMagic);
  bytes += BigEndian(kVersion);
  bytes += BigEndian(static_cast<std::uint32_t>(payload.size()));
  bytes += HashAsBytes(payload);
  bytes += payload;
  return bytes;
}

std::variant<std::string, StateFault> ReadStateFile(std::string_view bytes) {
  if (bytes.size() < kMagic.size() && kMagic.starts_with(bytes)) return StateFault::kTruncated;
  if (!bytes.starts_with(kMagic)) return StateFault::kGarbage;
  if (bytes.size() < kHeader) return StateFault::kTruncated;
  const std::uint32_t version = ReadBigEndian(bytes.substr(8));
  if (version > kVersion) return StateFault::kNewerVersion;
  if (version == 0) return StateFault::kGarbage;
  const std::size_t length = ReadBigEndian(bytes.substr(12));
  const std::string_view payload = bytes.substr(kHeader);
  if (payload.size() < length) return StateFault::kTruncated;
  if (payload.size() > length || bytes.substr(16, 32) != HashAsBytes(payload)) {
    return StateFault::kDamaged;
  }
  return std::string(payload);
}

}  // namespace sekisho::engine
