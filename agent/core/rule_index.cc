#include "agent/core/rule_index.h"

#include <algorithm>
#include <utility>

#include "agent/core/rule_filing.h"

namespace sekisho::core {
namespace {

std::size_t At(KeyKind kind) { return static_cast<std::size_t>(kind); }

std::uint8_t TagOf(RuleKey key) {
  return static_cast<std::uint8_t>(key >> 56) | 1;  // never 0
}

}  // namespace

RuleIndex::RuleIndex(std::span<const DeviceRule> rules) : size_(rules.size()) {
  RuleIndexBuilder builder(*this);
  for (std::size_t i = 0; i < rules.size(); ++i) {
    builder.Add(rules[i], static_cast<std::uint32_t>(i));
  }
  builder.Finish();
  for (std::size_t at = 0; at < table_.size(); ++at) {
    if (table_[at].filed_count + table_[at].near_count != 0) tags_[at] = TagOf(table_[at].key);
  }
}

const RuleIndex::File* RuleIndex::Find(RuleKey key) const {
  const std::size_t mask = tags_.size() - 1;
  const std::uint8_t tag = TagOf(key);
  for (std::size_t at = key & mask; tags_[at] != 0; at = (at + 1) & mask) {
    if (tags_[at] == tag && table_[at].key == key) return &table_[at];
  }
  return nullptr;
}

// One device's walk through the files.
class RuleIndex::Query {
 public:
  Query(const RuleIndex& index, std::span<const DeviceRule> rules, const Device& device,
        const Surroundings& surroundings)
      : index_(index),
        rules_(rules),
        device_(device),
        around_(surroundings),
        things_(device, surroundings, index.kinds_, index.prefix_lengths_) {
    if (surroundings.local_time) hour_ = HourOfWeek(*surroundings.local_time);
  }

  RuleSearch Run() {
    // What is most telling comes first: the earlier the first match is known, the less is asked.
    for (const Shape& shape : index_.shapes_) AskShape(shape);
    RuleSearch search;
    if (first_ < rules_.size()) search.first_match = &rules_[first_];
    if (audited_ < first_) search.audited = &rules_[audited_];
    const Action outcome = search.first_match ? search.first_match->action : Action::kBlock;
    RunnerUp runner_up(outcome);
    for (std::size_t kind = At(KeyKind::kFingerprint); kind <= At(KeyKind::kClass); ++kind) {
      AskNear(static_cast<KeyKind>(kind), runner_up);
    }
    AskNear(KeyKind::kNone, runner_up);
    search.runner_up = runner_up.rule();
    search.runner_up_condition = runner_up.condition();
    return search;
  }

 private:
  void AskShape(const Shape& shape) {
    if (shape.hourly && !hour_) return;
    for (const RuleKey first : things_.Of(shape.first)) {
      if (shape.second == KeyKind::kNone) {
        AskKey(first, shape);
        continue;
      }
      for (const RuleKey second : things_.Of(shape.second)) AskKey(Mix(first, second), shape);
    }
  }

  void AskKey(RuleKey key, const Shape& shape) {
    const File* file = index_.Find(shape.hourly ? HourKey(key, *hour_) : key);
    if (file == nullptr) return;
    for (std::uint32_t i = 0; i < file->filed_count; ++i) {
      const std::size_t position = index_.filed_[file->filed + i];
      if (position >= first_) return;
      const DeviceRule& rule = rules_[position];
      const bool audits = rule.effect == RuleEffect::kAudits;
      if (audits && position >= audited_) continue;
      if (!Matches(rule, device_, around_)) continue;
      if (!audits) {
        first_ = position;
        return;
      }
      audited_ = position;
    }
  }

  void AskNear(KeyKind kind, RunnerUp& runner_up) {
    for (const RuleKey key : things_.Of(kind)) {
      const File* file = index_.Find(key);
      if (file == nullptr) continue;
      for (std::uint32_t i = 0; i < file->near_count; ++i) {
        const std::uint32_t entry = index_.near_[file->near + i];
        const std::size_t position = entry >> 2;
        if (position >= first_) break;
        if (!runner_up.MayBe(static_cast<Action>(entry & 3), position)) continue;
        runner_up.Consider(rules_[position], position, device_, around_);
      }
    }
  }

  const RuleIndex& index_;
  std::span<const DeviceRule> rules_;
  const Device& device_;
  const Surroundings& around_;
  DeviceThings things_;
  std::optional<unsigned> hour_;
  std::size_t first_ = rules_.size();
  std::size_t audited_ = rules_.size();
};

RuleSearch RuleIndex::Find(std::span<const DeviceRule> rules, const Device& device,
                           const Surroundings& surroundings) const {
  return Query(*this, rules, device, surroundings).Run();
}

Policy WithIndex(Policy policy) {
  policy.index = std::make_shared<const RuleIndex>(policy.rules);
  return policy;
}

}  // namespace sekisho::core
