#include "agent/core/rule_keys.h"

#include <algorithm>
#include <cstring>

#include "agent/core/glob.h"

namespace sekisho::core {
namespace {

std::string_view Bytes(const Fingerprint& fingerprint) {
  return {reinterpret_cast<const char*>(fingerprint.data()), fingerprint.size()};
}

}  // namespace

RuleKey KeyOf(KeyKind kind, std::string_view text) {
  RuleKey key = KeyOf(kind, text.size());
  while (!text.empty()) {
    std::uint64_t word = 0;
    const std::size_t length = std::min(text.size(), sizeof(word));
    std::memcpy(&word, text.data(), length);
    key = Mix(key, word);
    text.remove_prefix(length);
  }
  return key;
}

std::vector<RuleKey> NearKeysOf(const DeviceMatch& match) {
  std::vector<RuleKey> keys;
  const auto add_id = [&](std::uint16_t vendor, std::optional<std::uint16_t> product) {
    keys.push_back(KeyOf(KeyKind::kVendor, vendor));
    if (product) keys.push_back(KeyOf(KeyKind::kVendorAndProduct, NumberOf(vendor, *product)));
  };
  const auto add_literals = [&](KeyKind kind, const std::vector<std::string>& globs) {
    for (const std::string& glob : globs) {
      if (!HasWildcard(glob)) keys.push_back(KeyOf(kind, glob));
    }
  };
  if (match.fingerprint) keys.push_back(KeyOf(KeyKind::kFingerprint, Bytes(*match.fingerprint)));
  if (match.identity) keys.push_back(KeyOf(KeyKind::kIdentity, Bytes(*match.identity)));
  if (!match.serial.empty()) keys.push_back(KeyOf(KeyKind::kSerial, match.serial));
  add_literals(KeyKind::kSerial, match.serials);
  if (!match.port_path.empty()) keys.push_back(KeyOf(KeyKind::kPort, match.port_path));
  add_literals(KeyKind::kPort, match.ports);
  if (match.vendor_id) add_id(*match.vendor_id, match.product_id);
  for (const UsbId& id : match.ids) add_id(id.vendor_id, id.product_id);
  for (const DeviceClass each : match.classes) {
    keys.push_back(KeyOf(KeyKind::kClass, static_cast<std::uint64_t>(each)));
  }
  if (keys.empty()) return {KeyOf(KeyKind::kNone, std::uint64_t{0})};
  std::ranges::sort(keys);
  keys.erase(std::ranges::unique(keys).begin(), keys.end());
  return keys;
}

std::vector<RuleKey> NearKeysOf(const Device& device) {
  std::vector<RuleKey> keys = {
      KeyOf(KeyKind::kNone, std::uint64_t{0}),
      KeyOf(KeyKind::kFingerprint, Bytes(device.fingerprint)),
      KeyOf(KeyKind::kSerial, device.serial),
      KeyOf(KeyKind::kPort, device.port_path),
      KeyOf(KeyKind::kVendor, device.vendor_id),
      KeyOf(KeyKind::kVendorAndProduct, NumberOf(device.vendor_id, device.product_id)),
  };
  if (device.identity) keys.push_back(KeyOf(KeyKind::kIdentity, Bytes(*device.identity)));
  for (const DeviceClass each : device.classes) {
    keys.push_back(KeyOf(KeyKind::kClass, static_cast<std::uint64_t>(each)));
  }
  return keys;
}

}  // namespace sekisho::core
