#ifndef SEKISHO_AGENT_CORE_RULE_FILING_H_
#define SEKISHO_AGENT_CORE_RULE_FILING_H_

#include <array>
#include <bitset>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "agent/core/policy.h"
#include "agent/core/rule_index.h"
#include "agent/core/rule_keys.h"
#include "agent/core/surroundings.h"

// The halves of rule_index.cc: under what a rule is filed, and what a device has. Not for others.
namespace sekisho::core {

inline constexpr unsigned kHoursAWeek = 7 * 24;
unsigned HourOfWeek(const LocalTime& now);
inline RuleKey HourKey(RuleKey key, unsigned hour) { return Mix(key, hour + 1); }

// Files one rule after the other, then makes the table.
class RuleIndexBuilder {
 public:
  explicit RuleIndexBuilder(RuleIndex& index) : index_(index) {}
  void Add(const DeviceRule& rule, std::uint32_t position);
  void Finish();

 private:
  struct Making {
    std::vector<std::uint32_t> filed;
    std::vector<std::uint32_t> near;
    std::array<std::size_t, 3> of_action{};
  };
  // One of these things every device that the rule matches has.
  struct Things {
    KeyKind kind = KeyKind::kNone;
    std::vector<RuleKey> keys;
  };

  void File(RuleKey key, std::uint32_t position);
  // What the rule asks that can be looked up, the most telling first.
  std::vector<Things> ThingsOf(const DeviceMatch& match,
                               const std::set<DeviceClass>& only_interfaces);
  std::vector<RuleKey> PartKeys(KeyKind kind, const std::vector<std::string>& globs);

  RuleIndex& index_;
  std::unordered_map<RuleKey, std::size_t> parts_;  // how many rules are filed under one
  std::unordered_map<RuleKey, Making> files_;
};

// The keys of what one device has and what is around it, kind by kind: those up to kClass, and of
// the others those that are asked for.
class DeviceThings {
 public:
  DeviceThings(const Device& device, const Surroundings& surroundings,
               const std::bitset<kKeyKinds>& asked,
               const std::array<std::uint32_t, kKeyKinds>& prefix_lengths);
  std::span<const RuleKey> Of(KeyKind kind) const {
    const Range& range = ranges_[static_cast<std::size_t>(kind)];
    return std::span(keys_).subspan(range.begin, range.end - range.begin);
  }

 private:
  struct Range {
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  template <typename Add>
  void Fill(KeyKind kind, Add&& add);
  void AddTexts(const Device& device, const std::bitset<kKeyKinds>& asked,
                const std::array<std::uint32_t, kKeyKinds>& prefix_lengths);
  void AddPerson(const Person& person, const std::bitset<kKeyKinds>& asked);
  void AddInterfaces(const Device& device);

  std::vector<RuleKey> keys_;
  std::array<Range, kKeyKinds> ranges_{};
};

}  // namespace sekisho::core

#endif  // SEKISHO_AGENT_CORE_RULE_FILING_H_
