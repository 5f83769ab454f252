#ifndef SEKISHO_AGENT_CORE_DECIDE_H_
#define SEKISHO_AGENT_CORE_DECIDE_H_

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "agent/core/device.h"
#include "agent/core/grant.h"
#include "agent/core/policy.h"
#include "agent/core/surroundings.h"

namespace sekisho::core {

// Same names as sekisho.v1.VerdictReason.
enum class VerdictReason {
  kDefault,
  kRule,
  kGrant,
  kAdopted,
  kUnreadable,
  kAnotherInstance,
  kUnrecordable,
  kReadOnlyUnavailable,
  kNoPolicy,
  kRetired,
};

struct Verdict {
  Action action = Action::kBlock;
  VerdictReason reason = VerdictReason::kDefault;
  std::string rule_id;
  std::string grant_id;
  std::uint64_t policy_version = 0;
  std::string runner_up_rule_id;
  std::string runner_up_condition;  // the DeviceMatch field's name that failed
  // The first matching rule that only audits, and what it would have decided; empty: none.
  std::string audited_rule_id;
  Action audited_action = Action::kBlock;
  // Numbers of the interfaces that stay shut although the device is let in, ascending.
  std::vector<std::uint8_t> shut_interfaces;
  friend bool operator==(const Verdict&, const Verdict&) = default;
};

// A device that was written down by root or the console: comes up without a policy.
struct AdoptedDevice {
  Fingerprint fingerprint{};
  std::string serial;
  std::string port_path;  // empty: any port
  friend bool operator==(const AdoptedDevice&, const AdoptedDevice&) = default;
};

// Whether some interfaces of a device can be kept shut while others are open.
enum class InterfaceSupport { kUnavailable, kHeld };
enum class Recording { kWorks, kFails };

// Everything a verdict depends on besides the device.
struct Situation {
  const Policy* policy = nullptr;  // none: only adopted devices
  std::span<const Grant> grants;
  std::span<const AdoptedDevice> adopted;
  Here here;
  ReadOnlySupport read_only = ReadOnlySupport::kUnavailable;
  InterfaceSupport interfaces = InterfaceSupport::kUnavailable;
  Recording recording = Recording::kWorks;
  Surroundings surroundings;
  // The verdict under which this very device is open now, if it is and that was recorded: it stays
  // open when recording fails later. None: nothing is open yet.
  const Verdict* standing = nullptr;
};

// Whether adoption may open it, and when.
enum class Adoptability {
  kNever,         // it carries media or files, or what cannot be told
  kOnceRecorded,  // like a rule's allow: by agentd, and only when it can be recorded
  kBeforeAll,     // without agent, policy or record: or a full disk would lock people out
};
// kBeforeAll: something to type or point with, or a hub, and nothing of a known class besides.
// kOnceRecorded: network adapters, cameras, sound, smart-card readers, and with them what bears no
// class of its own; alone, or beside the former. Whatever is storage or a phone besides is neither,
// and nothing that is not USB.
Adoptability AdoptabilityOf(const Device& device);
inline bool Adoptable(const Device& device) {
  return AdoptabilityOf(device) == Adoptability::kBeforeAll;
}

// Starts at block. Order: adopted, retired (what the register calls lost or retired is blocked,
// whoever allows it), grants (the running one that covers the device and whose active instance is
// this port or nowhere), rules (first match wins; one that only audits is noted and passed over),
// default. Hubs are decided like anything else. Of two alike devices under one grant the first
// decided on gets it: the caller writes Grant::active_port before it decides on the next device.
// rule_id or grant_id is also set when what they allowed was refused (kUnrecordable,
// kReadOnlyUnavailable). A rule that keeps interfaces shut where that cannot be held allows
// nothing: kDefault, with the rule as runner-up that "only_interfaces" stood in the way of. The
// runner-up is what FindRule calls so.
Verdict Decide(const Device& device, const Situation& situation);

const char* Name(VerdictReason reason);

}  // namespace sekisho::core

#endif  // SEKISHO_AGENT_CORE_DECIDE_H_
