// sekishoctl: what an operator types.
#include <csignal>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "console/cli/command_line.h"
#include "console/cli/commands/commands.h"
#include "console/cli/completion.h"

namespace {

namespace cli = sekisho::console::cli;

void WriteCandidates(cli::Context& context, const std::vector<std::string>& words) {
  CLI::App root;
  cli::BuildCommandLine(root, context);
  for (const cli::Candidate& candidate : cli::Complete(root, words)) {
    std::cout << candidate.word << "\t" << candidate.description << "\n";
  }
}

}  // namespace

int main(int argc, char** argv) {
  // `sekishoctl events --follow | head` ends by the pipe, without a message.
  std::signal(SIGPIPE, SIG_DFL);
  std::vector<std::string> arguments(argv + 1, argv + argc);
  cli::Context context(cli::LanguageFromEnvironment(), absl::LocalTimeZone(), std::cout, std::cerr);
  if (!arguments.empty() && arguments.front() == cli::kCompleteWord) {
    arguments.erase(arguments.begin());
    WriteCandidates(context, arguments);
    return static_cast<int>(cli::ExitCode::kDone);
  }
  // protobuf and CLI11 may throw; nothing of it should look like a crash to a person.
  try {
    return static_cast<int>(cli::RunCommandLine(context, std::move(arguments)));
  } catch (const std::exception& error) {
    std::cerr << "sekishoctl: " << error.what() << "\n";
    return static_cast<int>(cli::ExitCode::kOther);
  }
}
