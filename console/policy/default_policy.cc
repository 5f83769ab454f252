#include "console/policy/default_policy.h"

#include "console/policy/profiles.h"

namespace sekisho::console::policy {

std::string DefaultPolicyYaml() { return kProfiles.front().yaml; }

}  // namespace sekisho::console::policy
