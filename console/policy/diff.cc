#include "console/policy/diff.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "console/policy/login_words.h"
#include "console/policy/match_words.h"
#include "proto/contract/volume.h"

namespace sekisho::console::policy {
namespace {

// Short, for what follows.
using Turn = v1::PolicyTurn;
constexpr Turn kNeither = v1::POLICY_TURN_UNSPECIFIED;
constexpr Turn kLooser = v1::POLICY_TURN_LOOSER;
constexpr Turn kStricter = v1::POLICY_TURN_STRICTER;
constexpr Turn kMayBeLooser = v1::POLICY_TURN_MAY_BE_LOOSER;

// More of something that loosens, or less of it.
template <typename Number>
Turn TurnOf(Number before, Number after) {
  if (before == after) return kNeither;
  return after > before ? kLooser : kStricter;
}

Turn Reverse(Turn turn) {
  if (turn == kLooser) return kStricter;
  return turn == kStricter ? kLooser : turn;
}

bool Audits(const v1::DeviceRule& rule) { return rule.effect() == v1::RULE_EFFECT_AUDIT; }
bool Opens(const v1::DeviceRule& rule) { return rule.action() != v1::ACTION_BLOCK; }

// A rule that was not there before.
Turn TurnOfAdded(const v1::DeviceRule& rule) {
  if (Audits(rule)) return kNeither;
  return Opens(rule) ? kLooser : kStricter;
}

Turn TurnOfMatch(const v1::DeviceRule& before, const v1::DeviceRule& after) {
  if (Audits(after)) return kNeither;
  // Read-only is less than allow and more than block: the rules after it decide which way it went.
  if (after.action() == v1::ACTION_READ_ONLY) return kMayBeLooser;
  switch (Compare(before.match(), after.match())) {
    case Reach::kSame:
      return kNeither;
    case Reach::kWider:
      return Opens(after) ? kLooser : kStricter;
    case Reach::kNarrower:
      return Opens(after) ? kStricter : kLooser;
    case Reach::kOther:
      break;
  }
  return kMayBeLooser;
}

// As in a policy file: what is not given is not there.
std::string IfTrue(bool value) { return value ? "true" : ""; }
std::string IfAny(const std::string& text) { return text.empty() ? "" : Quoted(text); }

class Changes {
 public:
  void Rule(const v1::DeviceRule& rule, v1::PolicyChangeKind kind, Turn turn) {
    v1::PolicyChange& change = Add(kind, turn);
    change.set_rule_id(rule.id());
    (kind == v1::POLICY_CHANGE_KIND_RULE_ADDED ? *change.mutable_after()
                                               : *change.mutable_before()) = Yaml(rule);
  }
  void Reordered(const std::vector<std::string>& ids) {
    v1::PolicyChange& change = Add(v1::POLICY_CHANGE_KIND_RULES_REORDERED, kMayBeLooser);
    for (const std::string& id : ids) change.add_rule_ids(id);
  }
  // A key of the rule, or of none.
  void Value(const std::string& rule_id, const std::string& key, const std::string& before,
             const std::string& after, Turn turn = kNeither) {
    if (before == after) return;
    v1::PolicyChange& change = Add(rule_id.empty() ? v1::POLICY_CHANGE_KIND_SETTING_CHANGED
                                                   : v1::POLICY_CHANGE_KIND_RULE_CHANGED,
                                   turn);
    change.set_rule_id(rule_id);
    change.set_key(key);
    change.set_before(before);
    change.set_after(after);
  }
  std::vector<v1::PolicyChange> Take() { return std::move(changes_); }

 private:
  v1::PolicyChange& Add(v1::PolicyChangeKind kind, Turn turn) {
    v1::PolicyChange& change = changes_.emplace_back();
    change.set_kind(kind);
    change.set_turn(turn);
    return change;
  }
  std::vector<v1::PolicyChange> changes_;
};

Turn TurnOfOnly(const v1::DeviceRule& before, const v1::DeviceRule& after) {
  if (!Opens(after) || Audits(after)) return kNeither;
  const auto set_of = [](const v1::DeviceRule& rule) {
    return std::set<int>(rule.only_interfaces().begin(), rule.only_interfaces().end());
  };
  const std::set<int> was = set_of(before);
  const std::set<int> is = set_of(after);
  if (is.empty()) return kLooser;
  if (was.empty()) return kStricter;
  const bool subset = std::includes(was.begin(), was.end(), is.begin(), is.end());
  return subset ? kStricter : kLooser;
}

void DiffRule(const v1::DeviceRule& before, const v1::DeviceRule& after, Changes& changes) {
  const auto value = [&](const char* key, const std::string& was, const std::string& is,
                         Turn turn = kNeither) { changes.Value(after.id(), key, was, is, turn); };
  const bool decides = !Audits(before) && !Audits(after);
  value("action", Words(before.action()), Words(after.action()),
        decides ? TurnOf(before.action(), after.action()) : kNeither);
  value("match", Yaml(before.match()), Yaml(after.match()), TurnOfMatch(before, after));
  const Turn begins = TurnOfAdded(Audits(before) ? after : before);
  const auto effect = [](const v1::DeviceRule& rule) { return Audits(rule) ? "audit" : ""; };
  value("effect", effect(before), effect(after), Audits(before) ? begins : Reverse(begins));
  value("only_interfaces", YamlOfOnlyInterfaces(before), YamlOfOnlyInterfaces(after),
        TurnOfOnly(before, after));
  value("notify", IfTrue(before.notify()), IfTrue(after.notify()),
        TurnOf(after.notify(), before.notify()));
  value("description", IfAny(before.description()), IfAny(after.description()));
}

void DiffRules(const v1::Policy& before, const v1::Policy& after, Changes& changes) {
  std::map<std::string, const v1::DeviceRule*> old_rules;
  for (const v1::DeviceRule& rule : before.rules()) old_rules[rule.id()] = &rule;
  std::set<std::string> new_rules;
  for (const v1::DeviceRule& rule : after.rules()) new_rules.insert(rule.id());
  std::vector<std::string> kept_before;
  std::vector<std::string> kept_after;
  for (const v1::DeviceRule& rule : before.rules()) {
    if (new_rules.contains(rule.id())) {
      kept_before.push_back(rule.id());
    } else {
      changes.Rule(rule, v1::POLICY_CHANGE_KIND_RULE_REMOVED, Reverse(TurnOfAdded(rule)));
    }
  }
  for (const v1::DeviceRule& rule : after.rules()) {
    const auto found = old_rules.find(rule.id());
    if (found == old_rules.end()) {
      changes.Rule(rule, v1::POLICY_CHANGE_KIND_RULE_ADDED, TurnOfAdded(rule));
      continue;
    }
    kept_after.push_back(rule.id());
    DiffRule(*found->second, rule, changes);
  }
  if (kept_before != kept_after) changes.Reordered(kept_after);
}

using Names = std::set<std::string>;

Names ExemptOf(const v1::Policy& policy) {
  return {policy.logins().exempt().begin(), policy.logins().exempt().end()};
}

// Each service with each trouble in which it falls back.
Names CellsOf(const v1::Policy& policy) {
  Names cells;
  for (const v1::LoginFallback& fallback : policy.logins().fallbacks()) {
    for (const std::string& service : fallback.services()) {
      for (const int when : fallback.when()) cells.insert(absl::StrCat(service, " ", when));
    }
  }
  return cells;
}

// Of a set of which each member loosens.
Turn TurnOfSets(const Names& before, const Names& after) {
  if (before == after) return kNeither;
  return std::ranges::includes(before, after) ? kStricter : kLooser;
}

void DiffSettings(const v1::Policy& before, const v1::Policy& after, Changes& changes) {
  const auto value = [&](const char* key, const std::string& was, const std::string& is,
                         Turn turn = kNeither) { changes.Value("", key, was, is, turn); };
  const v1::ExceptionLimits& was = before.exceptions();
  const v1::ExceptionLimits& is = after.exceptions();
  const auto limit = [&](const char* key, std::uint32_t earlier, std::uint32_t later) {
    value(key, absl::StrCat(earlier, "s"), absl::StrCat(later, "s"), TurnOf(earlier, later));
  };
  limit("exceptions.helpdesk", was.helpdesk_max_seconds(), is.helpdesk_max_seconds());
  limit("exceptions.admin", was.admin_max_seconds(), is.admin_max_seconds());
  value("exceptions.approvers", absl::StrCat(was.approvers()), absl::StrCat(is.approvers()),
        TurnOf(is.approvers(), was.approvers()));
  value("exceptions.max_volume", contract::WriteVolume(was.max_written_bytes()),
        contract::WriteVolume(is.max_written_bytes()),
        TurnOf(was.max_written_bytes() - 1, is.max_written_bytes() - 1));  // 0: any amount
  value("exceptions.survives_reboot", IfTrue(was.survives_reboot()), IfTrue(is.survives_reboot()),
        TurnOf(was.survives_reboot(), is.survives_reboot()));
  value("logins.exempt", YamlOfExempt(before.logins()), YamlOfExempt(after.logins()),
        TurnOfSets(ExemptOf(before), ExemptOf(after)));
  value("logins.fallbacks", YamlOfFallbacks(before.logins()), YamlOfFallbacks(after.logins()),
        TurnOfSets(CellsOf(before), CellsOf(after)));
  value("texts.blocked.ja", IfAny(before.texts().blocked_ja()), IfAny(after.texts().blocked_ja()));
  value("texts.blocked.en", IfAny(before.texts().blocked_en()), IfAny(after.texts().blocked_en()));
  value("texts.contact.ja", IfAny(before.texts().contact_ja()), IfAny(after.texts().contact_ja()));
  value("texts.contact.en", IfAny(before.texts().contact_en()), IfAny(after.texts().contact_en()));
}

}  // namespace

std::vector<v1::PolicyChange> Diff(const v1::Policy& before, const v1::Policy& after) {
  Changes changes;
  changes.Value("", "zone", IfAny(before.zone()), IfAny(after.zone()));
  DiffRules(before, after, changes);
  DiffSettings(before, after, changes);
  return changes.Take();
}

}  // namespace sekisho::console::policy
