#ifndef SEKISHO_AGENT_CORE_MATCH_H_
#define SEKISHO_AGENT_CORE_MATCH_H_

#include <cstddef>
#include <optional>

#include "agent/core/device.h"
#include "agent/core/policy.h"
#include "agent/core/surroundings.h"

namespace sekisho::core {

// The name of the condition that DeviceRule::only_interfaces is.
inline constexpr char kOnlyInterfaces[] = "only_interfaces";

// How one rule's conditions fared.
struct MatchResult {
  unsigned failed = 0;
  // Conditions that held; one that held in part (some of the device's classes, the vendor of an id)
  // counts as near only.
  unsigned held = 0;
  unsigned near = 0;
  const char* first_failed = "";  // the DeviceMatch field's name, or kOnlyInterfaces
};
MatchResult Match(const DeviceRule& rule, const Device& device, const Surroundings& surroundings);
// Match(...).failed == 0, and no further than to the first that fails.
bool Matches(const DeviceRule& rule, const Device& device, const Surroundings& surroundings);

// The rules of a policy asked about one device.
struct RuleSearch {
  const DeviceRule* first_match = nullptr;
  // The first that matches before it but only audits.
  const DeviceRule* audited = nullptr;
  const DeviceRule* runner_up = nullptr;
  const char* runner_up_condition = "";  // the first that failed
};

// Of the rules before the match that decide, with another action than the outcome's, and of whose
// conditions at least one held at least in part: the one that failed on the fewest, the earlier of
// equals. So that it costs nothing to look for, it is looked for among near rules only: a rule has
// keys, which are each vendor, each vendor with product, serial, port (the latter two without
// wildcards), fingerprint, identity and class that it lists, or, having none of these, "no key"; of
// the rules under each key that the device has too (it always has "no key"), the first
// kNearRules of each action are near. `policy.index` makes this quick and changes nothing.
inline constexpr std::size_t kNearRules = 4;
RuleSearch FindRule(const Policy& policy, const Device& device, const Surroundings& surroundings);

// Whether some rule asks for that class, of the device or of what stays open of it.
bool NamesClass(const Policy& policy, DeviceClass device_class);

}  // namespace sekisho::core

#endif  // SEKISHO_AGENT_CORE_MATCH_H_
