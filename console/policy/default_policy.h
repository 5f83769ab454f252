#ifndef SEKISHO_CONSOLE_POLICY_DEFAULT_POLICY_H_
#define SEKISHO_CONSOLE_POLICY_DEFAULT_POLICY_H_

#include <string>

namespace sekisho::console::policy {

// What `init` publishes, the profile of 個人番号利用事務系: everything is blocked but hubs (and what
// each terminal has adopted); helpdesk may open a device for 15 minutes, an admin for 8 hours.
std::string DefaultPolicyYaml();

}  // namespace sekisho::console::policy

#endif  // SEKISHO_CONSOLE_POLICY_DEFAULT_POLICY_H_
