// sekishoctl: what an operator types.
#include <stdlib.h>

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
  // gRPC's own resolver asks the DNS for an IPv6 address even when /etc/hosts has the answer, and
  // waits where there is no DNS; the C library does what the rest of the machine does.
  setenv("GRPC_DNS_RESOLVER", "native", 0);
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
