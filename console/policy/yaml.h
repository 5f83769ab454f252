#ifndef SEKISHO_CONSOLE_POLICY_YAML_H_
#define SEKISHO_CONSOLE_POLICY_YAML_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sekisho/v1/policy.pb.h"
#include "sekisho/v1/policy_service.pb.h"

namespace sekisho::console::policy {

// What a person's YAML says. With problems, `policy` is what could be read and must not be
// published.
struct ParsedPolicy {
  v1::Policy policy;
  std::vector<v1::PolicyProblem> problems;
};

// Parses and checks the policy format (docs/policy-format.md). Every key that it does not know is a
// problem: a misspelt restriction must not vanish. Total: any bytes give a result.
ParsedPolicy ParsePolicy(const std::string& yaml);

// "90s", "15m", "8h", "1d" or a number of seconds; nullopt when it is none of them.
std::optional<std::uint32_t> ParseSeconds(const std::string& text);

// The candidate nearest to `word`, if it is near enough to have been meant; else empty.
std::string NearestOf(const std::string& word, const std::vector<std::string>& candidates);

}  // namespace sekisho::console::policy

#endif  // SEKISHO_CONSOLE_POLICY_YAML_H_
