#include <string>

#include "agent/cli/texts.h"
#include "proto/contract/condition_names.h"

namespace sekisho::cli {

std::string SayCondition(Language language, const std::string& condition) {
  const contract::ConditionName* name = contract::FindConditionName(condition);
  if (name == nullptr) return condition;
  return std::string(language == Language::kJapanese ? name->ja : name->en);
}

}  // namespace sekisho::cli
