#ifndef SEKISHO_CONSOLE_POLICY_MATCH_WORDS_H_
#define SEKISHO_CONSOLE_POLICY_MATCH_WORDS_H_

#include <string>
#include <vector>

#include "sekisho/v1/policy.pb.h"

namespace sekisho::console::policy {

// What one condition of a match asks: its key as in a policy file, and each alternative as there.
// A policy with a field that this does not know is not one that the parser made.
struct ConditionWords {
  std::string key;
  std::vector<std::string> alternatives;  // in their order
  friend bool operator==(const ConditionWords&, const ConditionWords&) = default;
};
std::vector<ConditionWords> WordsOf(const v1::DeviceMatch& match);

// How what `after` meets relates to what `before` meets, as far as the conditions tell.
enum class Reach { kSame, kWider, kNarrower, kOther };
Reach Compare(const v1::DeviceMatch& before, const v1::DeviceMatch& after);

// As a policy file has them, on one line: "read_only", "storage", and text that is quoted where
// YAML would take it for something else.
std::string Words(v1::Action action);
std::string Words(v1::DeviceClass device_class);
std::string Quoted(const std::string& text);
// "{classes: [storage, optical], registered: true}"; "{}" without a condition.
std::string Yaml(const v1::DeviceMatch& match);
// "[storage]"; empty without any.
std::string YamlOfOnlyInterfaces(const v1::DeviceRule& rule);
// The whole rule: what parses to it again.
std::string Yaml(const v1::DeviceRule& rule);

}  // namespace sekisho::console::policy

#endif  // SEKISHO_CONSOLE_POLICY_MATCH_WORDS_H_
