#include "agent/core/decide.h"

#include <algorithm>
#include <utility>

#include "agent/core/classify.h"
#include "agent/core/match.h"

namespace sekisho::core {
namespace {

constexpr std::uint8_t kHidClass = 0x03;

bool IsAdopted(const Device& device, std::span<const AdoptedDevice> adopted) {
  if (AdoptabilityOf(device) == Adoptability::kNever) return false;
  return std::ranges::any_of(adopted, [&](const AdoptedDevice& each) {
    return each.fingerprint == device.fingerprint && each.serial == device.serial &&
           (each.port_path.empty() || each.port_path == device.port_path);
  });
}

// How far each class goes; the least of a device's classes holds.
Adoptability AdoptabilityOf(DeviceClass device_class) {
  switch (device_class) {
    case DeviceClass::kKeyboard:
    case DeviceClass::kPointer:
    case DeviceClass::kHub:
      return Adoptability::kBeforeAll;
    case DeviceClass::kNetworkAdapter:
    case DeviceClass::kWifi:
    case DeviceClass::kAudio:
    case DeviceClass::kVideo:
    case DeviceClass::kSmartCardReader:
    case DeviceClass::kUnknown:
      return Adoptability::kOnceRecorded;
    case DeviceClass::kStorage:
    case DeviceClass::kOptical:
    case DeviceClass::kTape:
    case DeviceClass::kCardReader:
    case DeviceClass::kPhone:
    case DeviceClass::kCamera:  // a still camera: its pictures are files
    case DeviceClass::kPrinter:
    case DeviceClass::kBluetooth:
    case DeviceClass::kSerial:
    case DeviceClass::kSecurityKey:
      return Adoptability::kNever;
  }
  return Adoptability::kNever;
}

Verdict ByRules(const Policy& policy, const Device& device, const Situation& situation) {
  Verdict verdict;
  verdict.policy_version = policy.version;
  const RuleSearch search = FindRule(policy, device, situation.surroundings);
  if (search.audited != nullptr) {
    verdict.audited_rule_id = search.audited->id;
    verdict.audited_action = search.audited->action;
  }
  if (search.first_match != nullptr) {
    const DeviceRule& rule = *search.first_match;
    std::vector<std::uint8_t> shut;
    if (rule.action != Action::kBlock && !rule.only_interfaces.empty()) {
      shut = SplitInterfaces(device, rule.only_interfaces).shut;
    }
    if (!shut.empty() && situation.interfaces != InterfaceSupport::kHeld) {
      verdict.runner_up_rule_id = rule.id;
      verdict.runner_up_condition = kOnlyInterfaces;
      return verdict;
    }
    verdict.action = rule.action;
    verdict.reason = VerdictReason::kRule;
    verdict.rule_id = rule.id;
    verdict.shut_interfaces = std::move(shut);
  }
  if (search.runner_up != nullptr) {
    verdict.runner_up_rule_id = search.runner_up->id;
    verdict.runner_up_condition = search.runner_up_condition;
  }
  return verdict;
}

// The grants' word, with the rules' where they have none.
Verdict ByGrantsThenRules(const Device& device, const Situation& situation) {
  Verdict verdict = ByRules(*situation.policy, device, situation);
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
    verdict.shut_interfaces.clear();
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
  verdict.shut_interfaces.clear();
  return verdict;
}

bool IsOutOfUse(const RegisterStanding& medium) {
  switch (medium.state) {
    case MediumState::kNotRegistered:
    case MediumState::kRegistered:
      return false;
    case MediumState::kLost:
    case MediumState::kRetired:
      return true;
  }
  return true;
}

// Whether `verdict` only says again what is open and recorded already, or less.
bool IsStanding(const Verdict& verdict, const Verdict* standing) {
  return standing != nullptr && standing->action == verdict.action &&
         standing->reason == verdict.reason && standing->rule_id == verdict.rule_id &&
         standing->grant_id == verdict.grant_id &&
         std::ranges::includes(verdict.shut_interfaces, standing->shut_interfaces);
}

}  // namespace

Adoptability AdoptabilityOf(const Device& device) {
  if (device.bus != Bus::kUsb) return Adoptability::kNever;
  bool input_or_hub = std::ranges::any_of(
      device.interfaces, [](const UsbInterface& each) { return each.class_code == kHidClass; });
  Adoptability least = device.classes.empty() ? Adoptability::kNever : Adoptability::kBeforeAll;
  for (const DeviceClass each : device.classes) {
    const Adoptability of_class = AdoptabilityOf(each);
    input_or_hub = input_or_hub || of_class == Adoptability::kBeforeAll;
    // HID beyond the boot protocol has no class: beside input, or as a HID interface, it is input.
    if (each != DeviceClass::kUnknown) least = std::min(least, of_class);
  }
  return input_or_hub ? least : std::min(least, Adoptability::kOnceRecorded);
}

Verdict Decide(const Device& device, const Situation& situation) {
  Verdict verdict;
  if (situation.policy != nullptr) verdict.policy_version = situation.policy->version;
  if (IsAdopted(device, situation.adopted)) {
    verdict.action = Action::kAllow;
    verdict.reason = VerdictReason::kAdopted;
    if (AdoptabilityOf(device) == Adoptability::kOnceRecorded &&
        situation.recording != Recording::kWorks && !IsStanding(verdict, situation.standing)) {
      return Refused(verdict, VerdictReason::kUnrecordable);
    }
    return verdict;
  }
  if (IsOutOfUse(situation.surroundings.medium)) return Refused(verdict, VerdictReason::kRetired);
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
    case VerdictReason::kRetired:
      return "retired";
  }
  return "default";
}

}  // namespace sekisho::core
