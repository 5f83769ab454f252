#ifndef SEKISHO_AGENT_CORE_RULE_INDEX_H_
#define SEKISHO_AGENT_CORE_RULE_INDEX_H_

#include <array>
#include <bitset>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "agent/core/match.h"
#include "agent/core/policy.h"
#include "agent/core/rule_keys.h"

namespace sekisho::core {

// Finds what asking each rule in turn would find, without doing so. Each rule is filed under the
// two most telling things that it asks (this serial and this make, this vendor and this interface
// type, this class alone, nothing), once for each alternative; a device's own things name the few
// files in which its rules can be. Files of rules that ask for hours are divided by the hour of the
// week. What stays linear: rules that have the same two most telling things, are in force in the
// same hour and differ in the rest. Immutable.
class RuleIndex {
 public:
  // At most 2^30 rules.
  explicit RuleIndex(std::span<const DeviceRule> rules);
  // `rules` are those that it was made of.
  RuleSearch Find(std::span<const DeviceRule> rules, const Device& device,
                  const Surroundings& surroundings) const;
  std::size_t size() const { return size_; }

 private:
  friend class RuleIndexBuilder;
  struct File {
    RuleKey key = 0;
    // Into filed_: rules of which these are the most telling things, by position.
    std::uint32_t filed = 0;
    std::uint32_t filed_count = 0;
    // Into near_: the first kNearRules of each action, by position; as position << 2 | action.
    std::uint32_t near = 0;
    std::uint32_t near_count = 0;
  };
  // Of what kinds the things are that some rules are filed under.
  struct Shape {
    KeyKind first = KeyKind::kNone;
    KeyKind second = KeyKind::kNone;  // kNone: the first alone
    bool hourly = false;
    friend auto operator<=>(const Shape&, const Shape&) = default;
  };
  class Query;
  const File* Find(RuleKey key) const;

  std::size_t size_ = 0;
  // Open addressing, a power of two. A tag of its file's key, 0 where there is none: most questions
  // are about what is not there, and touch no more than this.
  std::vector<std::uint8_t> tags_;
  std::vector<File> table_;
  std::vector<std::uint32_t> filed_;
  std::vector<std::uint32_t> near_;
  std::vector<Shape> shapes_;  // the most telling first
  // Which kinds any shape has.
  std::bitset<kKeyKinds> kinds_;
  // By the field's prefix kind: bit n says that there are prefixes of n bytes.
  std::array<std::uint32_t, kKeyKinds> prefix_lengths_{};
};

// `policy` with its index, ready to be asked.
Policy WithIndex(Policy policy);

}  // namespace sekisho::core

#endif  // SEKISHO_AGENT_CORE_RULE_INDEX_H_
