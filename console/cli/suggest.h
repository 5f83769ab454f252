#ifndef SEKISHO_CONSOLE_CLI_SUGGEST_H_
#define SEKISHO_CONSOLE_CLI_SUGGEST_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sekisho::console::cli {

// Insertions, deletions, substitutions and swaps of neighbours, in bytes, that turn one into the
// other (optimal string alignment distance).
int EditDistance(std::string_view a, std::string_view b);

// The candidate that was most likely meant; nothing when none is near (a third of its length, at
// least one, or it begins with what was typed).
std::optional<std::string> Nearest(std::string_view typed, std::span<const std::string> candidates);

}  // namespace sekisho::console::cli

#endif  // SEKISHO_CONSOLE_CLI_SUGGEST_H_
