#include <span>

#include "tests/policy/world.h"

namespace sekisho::policy_test {
namespace {

void Append(std::vector<std::byte>& bytes, std::initializer_list<unsigned> values) {
  for (const unsigned value : values) bytes.push_back(static_cast<std::byte>(value));
}

// Alike bytes, alike hashes (FNV-1a, spread over 32 bytes): the core compares them and asks no more
// of them.
core::Fingerprint HashOf(std::span<const std::byte> bytes) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const std::byte byte : bytes) {
    hash = (hash ^ std::to_integer<std::uint64_t>(byte)) * 0x100000001b3;
  }
  core::Fingerprint spread{};
  for (std::size_t i = 0; i < spread.size(); ++i) {
    spread[i] = static_cast<std::uint8_t>(hash >> (i % 8 * 8));
  }
  return spread;
}

}  // namespace

core::Fingerprint MakeIdentity(const DeviceSpec& spec) {
  const std::string text =
      std::to_string(spec.vendor) + " " + std::to_string(spec.product) + " " + spec.serial;
  return HashOf(std::as_bytes(std::span(text)));
}

core::RawDevice MakeRaw(const DeviceSpec& spec, const std::string& port_path) {
  core::RawDevice raw;
  std::vector<std::byte>& bytes = raw.descriptors;
  const unsigned vendor = spec.vendor;
  const unsigned product = spec.product;
  Append(bytes, {18, 1, 0x00, 0x02, spec.codes.class_code, spec.codes.subclass_code,
                 spec.codes.protocol_code, 64, vendor & 0xff, vendor >> 8, product & 0xff,
                 product >> 8, 0, 1, 0, 0, spec.serial.empty() ? 0u : 3u, 1});
  const auto total = static_cast<unsigned>(9 + 9 * spec.interfaces.size());
  Append(bytes, {9, 2, total & 0xff, total >> 8, static_cast<unsigned>(spec.interfaces.size()), 1,
                 0, 0x80, 50});
  for (const core::UsbInterface& each : spec.interfaces) {
    Append(bytes,
           {9, 4, each.number, 0, 0, each.class_code, each.subclass_code, each.protocol_code, 0});
  }
  if (spec.cut && *spec.cut < bytes.size()) bytes.resize(*spec.cut);
  raw.fingerprint = HashOf(bytes);
  raw.serial = spec.serial;
  raw.product = spec.product_name;
  raw.port_path = port_path;
  return raw;
}

}  // namespace sekisho::policy_test
