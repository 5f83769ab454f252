#ifndef SEKISHO_AGENT_CORE_RULE_KEYS_H_
#define SEKISHO_AGENT_CORE_RULE_KEYS_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "agent/core/device.h"
#include "agent/core/match.h"
#include "agent/core/policy.h"
#include "agent/core/surroundings.h"

// What match.cc and rule_index.cc share; not for others.
namespace sekisho::core {

// What a rule lists and a device has: a hash over the kind of thing and its value. Two things with
// one hash make a rule be asked in vain, or be near that is not: they change no verdict.
using RuleKey = std::uint64_t;

// The most telling first.
enum class KeyKind : std::uint8_t {
  kNone,  // of a rule that has none of those up to kClass, and of every device
  kFingerprint,
  kIdentity,
  kSerial,
  kVendorAndProduct,
  kPort,
  kVendor,
  kClass,
  // Only for filing rules.
  kSerialPrefix,
  kProductPrefix,
  kPortPrefix,
  kSerialPart,
  kProductPart,
  kPortPart,
  kUser,
  kUserGroup,
  kInterface,
  kOpenClass,  // of what DeviceRule::only_interfaces leaves open
  kBus,
  kRegistered,
  kEncrypted,
};
inline constexpr std::size_t kKeyKinds = static_cast<std::size_t>(KeyKind::kEncrypted) + 1;

inline RuleKey Mix(RuleKey key, std::uint64_t value) {
  key = (key ^ value) * 0x9e3779b97f4a7c15;  // Fibonacci hashing
  return key ^ (key >> 29);
}
inline RuleKey KeyOf(KeyKind kind, std::uint64_t value) {
  return Mix(Mix(0x5e1c15704e5b3a11, static_cast<std::uint64_t>(kind)), value);
}
RuleKey KeyOf(KeyKind kind, std::string_view text);
inline std::uint64_t NumberOf(std::uint16_t vendor, std::uint16_t product) {
  return std::uint64_t{vendor} << 16 | product;
}

// The keys that kNearRules speaks of; a rule's without repetition.
std::vector<RuleKey> NearKeysOf(const DeviceMatch& match);
std::vector<RuleKey> NearKeysOf(const Device& device);

// The best runner-up so far.
class RunnerUp {
 public:
  // `outcome`: the action of the match or of the default.
  explicit RunnerUp(Action outcome) : outcome_(outcome) {}
  // Whether a rule with this action there could be it.
  bool MayBe(Action action, std::size_t position) const {
    // Every rule before the match failed on one condition at least.
    return action != outcome_ && (rule_ == nullptr || fewest_ > 1 || position < position_);
  }
  // A rule that decides, before the match; in any order.
  void Consider(const DeviceRule& rule, std::size_t position, const Device& device,
                const Surroundings& surroundings);
  const DeviceRule* rule() const { return rule_; }
  const char* condition() const { return condition_; }

 private:
  Action outcome_;
  const DeviceRule* rule_ = nullptr;
  std::size_t position_ = 0;
  unsigned fewest_ = 0;
  const char* condition_ = "";
};

}  // namespace sekisho::core

#endif  // SEKISHO_AGENT_CORE_RULE_KEYS_H_
