#ifndef SEKISHO_PROTO_CONTRACT_CONDITION_NAMES_H_
#define SEKISHO_PROTO_CONTRACT_CONDITION_NAMES_H_

#include <string_view>

namespace sekisho::contract {

// What a condition of a rule is called in front of people, on the terminal and at the office alike.
struct ConditionName {
  std::string_view en;
  std::string_view ja;
};

// By DeviceMatch's field, as Verdict.runner_up_condition has it. Null for another release's.
const ConditionName* FindConditionName(std::string_view condition);

}  // namespace sekisho::contract

#endif  // SEKISHO_PROTO_CONTRACT_CONDITION_NAMES_H_
