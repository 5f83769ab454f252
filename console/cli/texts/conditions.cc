#include "console/cli/texts/conditions.h"

#include "proto/contract/condition_names.h"

namespace sekisho::console::cli {

std::string ConditionName(const std::string& condition, Language language) {
  const contract::ConditionName* name = contract::FindConditionName(condition);
  if (name == nullptr) return condition;
  return std::string(Text{name->en, name->ja}.In(language));
}

}  // namespace sekisho::console::cli
