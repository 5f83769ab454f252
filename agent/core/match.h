#ifndef SEKISHO_AGENT_CORE_MATCH_H_
#define SEKISHO_AGENT_CORE_MATCH_H_

#include <cstddef>
#include <optional>

#include "agent/core/device.h"
#include "agent/core/policy.h"

namespace sekisho::core {

// How one rule's conditions fared.
struct MatchResult {
  unsigned failed = 0;
  // Conditions that held; a class condition that held for some of the classes counts as near only.
  unsigned held = 0;
  unsigned near = 0;
  const char* first_failed = "";  // the DeviceMatch field's name
};
MatchResult Match(const DeviceMatch& match, const Device& device);

// The rules of a policy asked about one device. The only place that looks for a rule: an index goes
// here.
struct RuleSearch {
  const DeviceRule* first_match = nullptr;
  // Of the rules passed over before the match, with another action than the outcome's.
  const DeviceRule* runner_up = nullptr;
  const char* runner_up_condition = "";
};
RuleSearch FindRule(const Policy& policy, const Device& device);

}  // namespace sekisho::core

#endif  // SEKISHO_AGENT_CORE_MATCH_H_
