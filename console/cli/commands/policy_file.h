#ifndef SEKISHO_CONSOLE_CLI_COMMANDS_POLICY_FILE_H_
#define SEKISHO_CONSOLE_CLI_COMMANDS_POLICY_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "console/cli/commands/commands.h"
#include "console/cli/texts/messages.h"

// What commands about a policy file share.
namespace sekisho::console::cli {

// "-" is standard input.
absl::StatusOr<std::string> ReadPolicy(const Context& context, const std::string& file);

// Problems go to standard error for people, and stay in the document for scripts; either way the
// exit code is that of a refusal.
template <typename Response>
absl::Status ShowProblems(Context& context, const Response& answer, const std::string& file) {
  const absl::Status shown = context.Show(answer, "");
  if (!shown.ok()) return shown;
  if (context.output() == Output::kTable) {
    context.err() << WriteProblems(answer.problems(), file == "-" ? "stdin" : file,
                                   context.language());
  }
  return absl::FailedPreconditionError(
      context.Say(messages::kPolicyProblems, {{"count", absl::StrCat(answer.problems_size())}}));
}

}  // namespace sekisho::console::cli

#endif  // SEKISHO_CONSOLE_CLI_COMMANDS_POLICY_FILE_H_
