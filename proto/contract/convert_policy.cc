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

constexpr std::string_view kFeatures[] = {"device_rules", "grants", "signed_reports", "orders"};

absl::StatusOr<core::DeviceMatch> MatchToCore(const v1::DeviceMatch& match) {
  core::DeviceMatch core_match;
  for (const int number : match.classes()) {
    const absl::StatusOr<DeviceClass> device_class = ClassToCore(number);
    if (!device_class.ok()) return device_class.status();
    core_match.classes.insert(*device_class);
  }
  if (match.vendor_id() > 0xffff) return Invalid("vendor_id", "above 65535");
  if (match.product_id() > 0xffff) return Invalid("product_id", "above 65535");
  if (match.product_id() != 0 && match.vendor_id() == 0) {
    return Invalid("product_id", "given without vendor_id");
  }
  if (match.vendor_id() != 0) core_match.vendor_id = match.vendor_id();
  if (match.product_id() != 0) core_match.product_id = match.product_id();
  core_match.serial = match.serial();
  core_match.port_path = match.port_path();
  if (!match.fingerprint().empty()) {
    const absl::StatusOr<core::Fingerprint> fingerprint = FingerprintToCore(match.fingerprint());
    if (!fingerprint.ok()) return fingerprint.status();
    core_match.fingerprint = *fingerprint;
  }
  return core_match;
}

absl::StatusOr<core::DeviceRule> RuleToCore(const v1::DeviceRule& rule) {
  if (rule.id().empty()) return Invalid("id", "a rule without one");
  const auto in_rule = [&](const absl::Status& status) {
    return Invalid(absl::StrCat("rule ", rule.id()), std::string(status.message()));
  };
  const absl::StatusOr<core::DeviceMatch> match = MatchToCore(rule.match());
  if (!match.ok()) return in_rule(match.status());
  const absl::StatusOr<core::Action> action = ToCore(rule.action());
  if (!action.ok()) return in_rule(action.status());
  return core::DeviceRule{
      .id = rule.id(), .description = rule.description(), .match = *match, .action = *action};
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
                                             : core::RebootPolicy::kEndsAtReboot};
}

v1::DeviceRule RuleToProto(const core::DeviceRule& rule) {
  v1::DeviceRule proto;
  proto.set_id(rule.id);
  proto.set_description(rule.description);
  proto.set_action(ToProto(rule.action));
  v1::DeviceMatch& match = *proto.mutable_match();
  for (const DeviceClass each : rule.match.classes) match.add_classes(ToProto(each));
  match.set_vendor_id(rule.match.vendor_id.value_or(0));
  match.set_product_id(rule.match.product_id.value_or(0));
  match.set_serial(rule.match.serial);
  match.set_port_path(rule.match.port_path);
  if (rule.match.fingerprint) match.set_fingerprint(FingerprintToProto(*rule.match.fingerprint));
  return proto;
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
  limits.set_survives_reboot(policy.exceptions.reboot == core::RebootPolicy::kSurvivesReboot);
  v1::Texts& texts = *proto.mutable_texts();
  texts.set_blocked_ja(policy.texts.blocked_ja);
  texts.set_blocked_en(policy.texts.blocked_en);
  texts.set_contact_ja(policy.texts.contact_ja);
  texts.set_contact_en(policy.texts.contact_en);
  return proto;
}

std::span<const std::string_view> Features() { return kFeatures; }

bool HasFeature(std::string_view feature) {
  return std::ranges::find(kFeatures, feature) != std::end(kFeatures);
}

}  // namespace sekisho::contract
