#include "agent/core/decide.h"

#include <algorithm>

#include "agent/core/match.h"

namespace sekisho::core {
namespace {

constexpr std::uint8_t kHidClass = 0x03;

bool IsAdopted(const Device& device, std::span<const AdoptedDevice> adopted) {
  if (!Adoptable(device)) return false;
  return std::ranges::any_of(adopted, [&](const AdoptedDevice& each) {
    return each.fingerprint == device.fingerprint && each.serial == device.serial &&
           (each.port_path.empty() || each.port_path == device.port_path);
  });
}

Verdict ByRules(const Policy& policy, const Device& device) {
  Verdict verdict;
  verdict.policy_version = policy.version;
  const RuleSearch search = FindRule(policy, device);
  if (search.first_match != nullptr) {
    verdict.action = search.first_match->action;
    verdict.reason = VerdictReason::kRule;
    verdict.rule_id = search.first_match->id;
  }
  if (search.runner_up != nullptr) {
    verdict.runner_up_rule_id = search.runner_up->id;
    verdict.runner_up_condition = search.runner_up_condition;
  }
  return verdict;
}

// The grants' word, with the rules' where they have none.
Verdict ByGrantsThenRules(const Device& device, const Situation& situation) {
  Verdict verdict = ByRules(*situation.policy, device);
  const Grant* elsewhere = nullptr;
  for (const Grant& grant : situation.grants) {
    if (!IsRunning(grant, situation.here) || !Covers(grant.claims, device)) continue;
    if (grant.claims.action == Action::kBlock) continue;
    if (!grant.active_port.empty() && grant.active_port != device.port_path) {
      elsewhere = &grant;
      continue;
    }
    verdict.action = grant.claims.action;
    verdict.reason = VerdictReason::kGrant;
    verdict.rule_id.clear();
    verdict.grant_id = grant.claims.grant_id;
    return verdict;
  }
  if (elsewhere != nullptr && verdict.action == Action::kBlock) {
    verdict.reason = VerdictReason::kAnotherInstance;
    verdict.rule_id.clear();
    verdict.grant_id = elsewhere->claims.grant_id;
  }
  return verdict;
}

Verdict Refused(Verdict verdict, VerdictReason reason) {
  verdict.action = Action::kBlock;
  verdict.reason = reason;
  return verdict;
}

// Whether `verdict` only says again what is open and recorded already.
bool IsStanding(const Verdict& verdict, const Verdict* standing) {
  return standing != nullptr && standing->action == verdict.action &&
         standing->reason == verdict.reason && standing->rule_id == verdict.rule_id &&
         standing->grant_id == verdict.grant_id;
}

}  // namespace

bool Adoptable(const Device& device) {
  const bool input_or_hub =
      std::ranges::any_of(device.classes,
                          [](DeviceClass each) {
                            return each == DeviceClass::kKeyboard ||
                                   each == DeviceClass::kPointer || each == DeviceClass::kHub;
                          }) ||
      std::ranges::any_of(device.interfaces,
                          [](const UsbInterface& each) { return each.class_code == kHidClass; });
  return input_or_hub && std::ranges::all_of(device.classes, [](DeviceClass each) {
           return each == DeviceClass::kKeyboard || each == DeviceClass::kPointer ||
                  each == DeviceClass::kHub || each == DeviceClass::kUnknown;
         });
}

Verdict Decide(const Device& device, const Situation& situation) {
  Verdict verdict;
  if (situation.policy != nullptr) verdict.policy_version = situation.policy->version;
  if (IsAdopted(device, situation.adopted)) {
    verdict.action = Action::kAllow;
    verdict.reason = VerdictReason::kAdopted;
    return verdict;
  }
  if (situation.policy == nullptr) return Refused(verdict, VerdictReason::kNoPolicy);
  verdict = ByGrantsThenRules(device, situation);
  if (verdict.action == Action::kBlock) return verdict;
  if (verdict.action == Action::kReadOnly && situation.read_only != ReadOnlySupport::kHeld) {
    return Refused(verdict, VerdictReason::kReadOnlyUnavailable);
  }
  if (situation.recording != Recording::kWorks && !IsStanding(verdict, situation.standing)) {
    return Refused(verdict, VerdictReason::kUnrecordable);
  }
  return verdict;
}

const char* Name(VerdictReason reason) {
  switch (reason) {
    case VerdictReason::kDefault:
      return "default";
    case VerdictReason::kRule:
      return "rule";
    case VerdictReason::kGrant:
      return "grant";
    case VerdictReason::kAdopted:
      return "adopted";
    case VerdictReason::kUnreadable:
      return "unreadable";
    case VerdictReason::kAnotherInstance:
      return "another_instance";
    case VerdictReason::kUnrecordable:
      return "unrecordable";
    case VerdictReason::kReadOnlyUnavailable:
      return "read_only_unavailable";
    case VerdictReason::kNoPolicy:
      return "no_policy";
  }
  return "default";
}

}  // namespace sekisho::core
