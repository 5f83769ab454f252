#ifndef SEKISHO_CONSOLE_CLI_EXIT_CODE_H_
#define SEKISHO_CONSOLE_CLI_EXIT_CODE_H_

#include <string>

#include "absl/status/status.h"

namespace sekisho::console::cli {

// What the process returns; written down in sekishoctl(1), so numbers never change.
enum class ExitCode {
  kDone = 0,
  kOther = 1,         // a bug, or a file that cannot be written
  kUsage = 2,         // the command line is wrong; nothing was sent
  kSignInNeeded = 3,  // no session, or it has ended
  kNotPermitted = 4,  // the role, or its group, does not reach that far
  kNotFound = 5,      // no such terminal, request, grant, …
  kRefused = 6,       // the console understood and said no: a limit, a policy's fault, a conflict
  kUnreachable = 7,   // no answer, or not the console that was expected
  kAltered = 8,       // verify found that the history was altered
};

// INVALID_ARGUMENT that the person at the keyboard caused, told apart from one that the console
// sent: the first is kUsage, the second kRefused.
absl::Status UsageError(const std::string& message);
absl::Status AsUsageError(const absl::Status& status);

// A status that the console, or the way to it, gave: its message is shown with what to do about it
// (a status made here says that already).
absl::Status FromConsole(absl::Status status);
bool IsFromConsole(const absl::Status& status);

// Debian's absl has a string_view of its own.
std::string MessageOf(const absl::Status& status);

ExitCode ExitCodeOf(const absl::Status& status);

}  // namespace sekisho::console::cli

#endif  // SEKISHO_CONSOLE_CLI_EXIT_CODE_H_
