#include "agent/core/match.h"

#include <algorithm>

namespace sekisho::core {
namespace {

void Count(MatchResult& result, const char* condition, bool holds) {
  if (holds) {
    ++result.held;
    return;
  }
  if (result.failed == 0) result.first_failed = condition;
  ++result.failed;
}

}  // namespace

MatchResult Match(const DeviceMatch& match, const Device& device) {
  MatchResult result;
  if (!match.classes.empty()) {
    const auto listed = std::ranges::count_if(
        device.classes, [&](DeviceClass each) { return match.classes.contains(each); });
    const bool all = listed > 0 && static_cast<std::size_t>(listed) == device.classes.size();
    Count(result, "classes", all);
    if (!all && listed > 0) ++result.near;
  }
  if (match.vendor_id) Count(result, "vendor_id", *match.vendor_id == device.vendor_id);
  if (match.product_id) Count(result, "product_id", *match.product_id == device.product_id);
  if (!match.serial.empty()) Count(result, "serial", match.serial == device.serial);
  if (!match.port_path.empty()) Count(result, "port_path", match.port_path == device.port_path);
  if (match.fingerprint) Count(result, "fingerprint", *match.fingerprint == device.fingerprint);
  return result;
}

RuleSearch FindRule(const Policy& policy, const Device& device) {
  RuleSearch search;
  const auto matches = [&](const DeviceRule& rule) {
    return Match(rule.match, device).failed == 0;
  };
  const auto found = std::ranges::find_if(policy.rules, matches);
  if (found != policy.rules.end()) search.first_match = &*found;
  const Action action = search.first_match ? search.first_match->action : Action::kBlock;
  unsigned fewest = 0;
  for (auto rule = policy.rules.begin(); rule != found; ++rule) {
    if (rule->action == action) continue;
    const MatchResult result = Match(rule->match, device);
    if (result.held + result.near == 0) continue;
    if (search.runner_up != nullptr && result.failed >= fewest) continue;
    search.runner_up = &*rule;
    search.runner_up_condition = result.first_failed;
    fewest = result.failed;
  }
  return search;
}

}  // namespace sekisho::core
