#ifndef SEKISHO_CONSOLE_CLI_PROMPT_H_
#define SEKISHO_CONSOLE_CLI_PROMPT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "console/cli/context.h"

namespace sekisho::console::cli {

enum class Echo { kShown, kHidden };

// Asks on the controlling terminal, so that standard input may be a file and standard output a
// pipe; nothing typed is shown with kHidden, and the terminal is put right again also when the
// person interrupts. UsageError naming `option` when there is no terminal.
absl::StatusOr<std::string> Ask(Context& context, const Text& question, Echo echo,
                                std::string_view option);

// OK for "y" or "はい" (and nothing else). UsageError without a terminal: scripts say --yes.
absl::Status Confirm(Context& context, std::string_view question);

// Best effort: overwrites a secret that is no longer needed.
void Wipe(std::string& secret);

}  // namespace sekisho::console::cli

#endif  // SEKISHO_CONSOLE_CLI_PROMPT_H_
