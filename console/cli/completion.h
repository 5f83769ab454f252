#ifndef SEKISHO_CONSOLE_CLI_COMPLETION_H_
#define SEKISHO_CONSOLE_CLI_COMPLETION_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "CLI/App.hpp"
#include "CLI/Config.hpp"
#include "CLI/Formatter.hpp"

namespace sekisho::console::cli {

struct Candidate {
  std::string word;
  std::string description;
};

// What the word under the cursor (the last of `words`) can become, from the same tree of commands
// that parses them, so that completion never lags behind. A single kFiles asks the shell for its
// own file names.
inline constexpr std::string_view kFiles = ":files";
std::vector<Candidate> Complete(const CLI::App& root, std::span<const std::string> words);

// The word that shells pass first to ask for candidates, one "word TAB description" a line.
inline constexpr std::string_view kCompleteWord = "__complete";

}  // namespace sekisho::console::cli

#endif  // SEKISHO_CONSOLE_CLI_COMPLETION_H_
