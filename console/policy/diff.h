#ifndef SEKISHO_CONSOLE_POLICY_DIFF_H_
#define SEKISHO_CONSOLE_POLICY_DIFF_H_

#include <vector>

#include "sekisho/v1/policy.pb.h"
#include "sekisho/v1/policy_service.pb.h"

namespace sekisho::console::policy {

// What `after` changes against `before`, every field of it. Rules are matched by id; a changed
// order is a change.
std::vector<v1::PolicyChange> Diff(const v1::Policy& before, const v1::Policy& after);

}  // namespace sekisho::console::policy

#endif  // SEKISHO_CONSOLE_POLICY_DIFF_H_
