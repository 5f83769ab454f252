#ifndef SEKISHO_CONSOLE_CLI_COMMAND_LINE_H_
#define SEKISHO_CONSOLE_CLI_COMMAND_LINE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "console/cli/context.h"
#include "console/cli/exit_code.h"

namespace sekisho::console::cli {

// Parses `arguments` (without the program's name), does what they say, and reports an error on
// context.err() with what to type instead.
ExitCode RunCommandLine(Context& context, std::vector<std::string> arguments);

// The message for a person: a console's status with what to do about it, ours as it is.
std::string Explain(const absl::Status& status, Language language);

}  // namespace sekisho::console::cli

#endif  // SEKISHO_CONSOLE_CLI_COMMAND_LINE_H_
