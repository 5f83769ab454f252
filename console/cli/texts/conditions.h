#ifndef SEKISHO_CONSOLE_CLI_TEXTS_CONDITIONS_H_
#define SEKISHO_CONSOLE_CLI_TEXTS_CONDITIONS_H_

#include <string>

#include "console/cli/texts/text.h"

namespace sekisho::console::cli {

// What a rule asks, by the name in Verdict.runner_up_condition; an unknown name as it is.
std::string ConditionName(const std::string& condition, Language language);

}  // namespace sekisho::console::cli

#endif  // SEKISHO_CONSOLE_CLI_TEXTS_CONDITIONS_H_
