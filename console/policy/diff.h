#ifndef SEKISHO_CONSOLE_POLICY_DIFF_H_
#define SEKISHO_CONSOLE_POLICY_DIFF_H_

#include <string>
#include <vector>

#include "sekisho/v1/policy.pb.h"

namespace sekisho::console::policy {

// What `after` changes against `before`, one change a line: "+ rule …", "- rule …",
// "~ rule …: action block → allow". Rules are matched by id; a changed order is a change.
std::vector<std::string> Diff(const v1::Policy& before, const v1::Policy& after);

}  // namespace sekisho::console::policy

#endif  // SEKISHO_CONSOLE_POLICY_DIFF_H_
