#include <algorithm>
#include <chrono>
#include <iterator>
#include <string>
#include <unordered_set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/contract/convert.h"
#include "proto/contract/convert_parts.h"

namespace sekisho::contract {
namespace {

using core::DeviceClass;

constexpr std::string_view kDeviceRules = "device_rules";
constexpr std::string_view kRules2 = "rules_2";
constexpr std::string_view kGrantVolume = "grant_volume";
constexpr std::string_view kLoginPolicy = "login_policy";
constexpr std::string_view kFeatures[] = {kDeviceRules, "grants", "signed_reports",
                                          "orders",     kRules2,  "register",
                                          kGrantVolume, "logins", kLoginPolicy};

absl::StatusOr<core::DeviceRule> RuleToCore(const v1::DeviceRule& rule) {
  if (rule.id().empty()) return Invalid("id", "a rule without one");
  const auto in_rule = [&](const absl::Status& status) {
    return Invalid(absl::StrCat("rule ", rule.id()), std::string(status.message()));
  };
  absl::StatusOr<core::DeviceMatch> match = MatchToCore(rule.match());
  if (!match.ok()) return in_rule(match.status());
  const absl::StatusOr<core::Action> action = ToCore(rule.action());
  if (!action.ok()) return in_rule(action.status());
  core::DeviceRule core_rule;
  core_rule.id = rule.id();
  core_rule.description = rule.description();
  core_rule.match = *std::move(match);
  core_rule.action = *action;
  if (rule.effect() == v1::RULE_EFFECT_AUDIT) {
    core_rule.effect = core::RuleEffect::kAudits;
  } else if (rule.effect() != v1::RULE_EFFECT_UNSPECIFIED) {
    return in_rule(Invalid("effect", absl::StrCat("unknown value ", rule.effect())));
  }
  core_rule.notify = rule.notify();
  for (const int number : rule.only_interfaces()) {
    const absl::StatusOr<DeviceClass> device_class = ClassToCore(number);
    if (!device_class.ok()) {
      return in_rule(Invalid("only_interfaces", absl::StrCat("unknown value ", number)));
    }
    core_rule.only_interfaces.insert(*device_class);
  }
  if (!core_rule.only_interfaces.empty() && core_rule.action == core::Action::kBlock) {
    return in_rule(Invalid("only_interfaces", "given to a rule that lets nothing in"));
  }
  return core_rule;
}

absl::StatusOr<core::ExceptionLimits> LimitsToCore(const v1::ExceptionLimits& limits) {
  constexpr auto kMost = std::chrono::seconds(core::kMaxGrant);
  const std::chrono::seconds helpdesk(limits.helpdesk_max_seconds());
  const std::chrono::seconds admin(limits.admin_max_seconds());
  if (helpdesk > kMost) return Invalid("helpdesk_max_seconds", "above 24 hours");
  if (admin > kMost) return Invalid("admin_max_seconds", "above 24 hours");
  if (limits.approvers() > 1) return Invalid("approvers", "above 1");
  return core::ExceptionLimits{.helpdesk_max = helpdesk,
                               .admin_max = admin,
                               .approvers = limits.approvers(),
                               .reboot = limits.survives_reboot()
                                             ? core::RebootPolicy::kSurvivesReboot
                                             : core::RebootPolicy::kEndsAtReboot,
                               .max_written = limits.max_written_bytes()};
}

v1::DeviceRule RuleToProto(const core::DeviceRule& rule) {
  v1::DeviceRule proto;
  proto.set_id(rule.id);
  proto.set_description(rule.description);
  proto.set_action(ToProto(rule.action));
  *proto.mutable_match() = MatchToProto(rule.match);
  if (rule.effect == core::RuleEffect::kAudits) proto.set_effect(v1::RULE_EFFECT_AUDIT);
  proto.set_notify(rule.notify);
  for (const DeviceClass each : rule.only_interfaces) proto.add_only_interfaces(ToProto(each));
  return proto;
}

bool NeedsRules2(const v1::DeviceRule& rule) {
  const v1::DeviceMatch& match = rule.match();
  return match.buses_size() != 0 || match.ids_size() != 0 || match.serials_size() != 0 ||
         match.products_size() != 0 || match.ports_size() != 0 || match.has_interfaces() ||
         !match.identity().empty() || match.registered() != v1::REGISTERED_UNSPECIFIED ||
         match.encryption() != v1::ENCRYPTION_MATCH_UNSPECIFIED || match.users_size() != 0 ||
         match.user_groups_size() != 0 || match.hours_size() != 0 ||
         rule.effect() != v1::RULE_EFFECT_UNSPECIFIED || rule.notify() ||
         rule.only_interfaces_size() != 0;
}

}  // namespace

absl::StatusOr<core::Policy> ToCore(const v1::Bundle& bundle) {
  for (const std::string& feature : bundle.required_features()) {
    if (!HasFeature(feature)) {
      return absl::FailedPreconditionError(absl::StrCat("required_features: ", feature));
    }
  }
  if (bundle.version() == 0) return Invalid("version", "0");
  if (bundle.group_id().empty()) return Invalid("group_id", "empty");
  if (!bundle.has_policy()) return Invalid("policy", "missing");
  absl::StatusOr<core::Policy> policy = ToCore(bundle.policy());
  if (!policy.ok()) return policy.status();
  policy->version = bundle.version();
  policy->group_id = bundle.group_id();
  return policy;
}

absl::StatusOr<core::Policy> ToCore(const v1::Policy& policy) {
  core::Policy core_policy;
  core_policy.zone = policy.zone();
  std::unordered_set<std::string> ids;
  for (const v1::DeviceRule& rule : policy.rules()) {
    absl::StatusOr<core::DeviceRule> core_rule = RuleToCore(rule);
    if (!core_rule.ok()) return core_rule.status();
    if (!ids.insert(core_rule->id).second) {
      return Invalid(absl::StrCat("rule ", core_rule->id), "its id is used twice");
    }
    core_policy.rules.push_back(*std::move(core_rule));
  }
  const absl::StatusOr<core::ExceptionLimits> limits = LimitsToCore(policy.exceptions());
  if (!limits.ok()) return limits.status();
  core_policy.exceptions = *limits;
  core_policy.texts = {.blocked_ja = policy.texts().blocked_ja(),
                       .blocked_en = policy.texts().blocked_en(),
                       .contact_ja = policy.texts().contact_ja(),
                       .contact_en = policy.texts().contact_en()};
  absl::StatusOr<core::LoginPolicy> logins = LoginsToCore(policy.logins());
  if (!logins.ok()) return logins.status();
  core_policy.logins = *std::move(logins);
  return core_policy;
}

v1::Policy ToProto(const core::Policy& policy) {
  v1::Policy proto;
  proto.set_zone(policy.zone);
  for (const core::DeviceRule& rule : policy.rules) *proto.add_rules() = RuleToProto(rule);
  v1::ExceptionLimits& limits = *proto.mutable_exceptions();
  limits.set_helpdesk_max_seconds(policy.exceptions.helpdesk_max.count());
  limits.set_admin_max_seconds(policy.exceptions.admin_max.count());
  limits.set_approvers(policy.exceptions.approvers);
  limits.set_max_written_bytes(policy.exceptions.max_written);
  limits.set_survives_reboot(policy.exceptions.reboot == core::RebootPolicy::kSurvivesReboot);
  v1::Texts& texts = *proto.mutable_texts();
  texts.set_blocked_ja(policy.texts.blocked_ja);
  texts.set_blocked_en(policy.texts.blocked_en);
  texts.set_contact_ja(policy.texts.contact_ja);
  texts.set_contact_en(policy.texts.contact_en);
  if (policy.logins != core::LoginPolicy()) *proto.mutable_logins() = LoginsToProto(policy.logins);
  return proto;
}

std::vector<std::string_view> RequiredFeatures(const v1::Policy& policy) {
  std::vector<std::string_view> features = {kDeviceRules};
  if (std::ranges::any_of(policy.rules(), NeedsRules2)) features.push_back(kRules2);
  if (policy.exceptions().max_written_bytes() != 0) features.push_back(kGrantVolume);
  if (policy.has_logins()) features.push_back(kLoginPolicy);
  return features;
}

std::span<const std::string_view> Features() { return kFeatures; }

bool HasFeature(std::string_view feature) {
  return std::ranges::find(kFeatures, feature) != std::end(kFeatures);
}

}  // namespace sekisho::contract
