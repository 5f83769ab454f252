#ifndef SEKISHO_CONSOLE_CLI_COMMANDS_HELP_FORMATTER_H_
#define SEKISHO_CONSOLE_CLI_COMMANDS_HELP_FORMATTER_H_

#include <string>

#include "CLI/App.hpp"
#include "CLI/Config.hpp"
#include "CLI/Formatter.hpp"

namespace sekisho::console::cli {

// CLI11's help, with columns that hold for full-width characters (its own counts bytes).
class HelpFormatter : public CLI::Formatter {
 public:
  std::string make_option(const CLI::Option* option, bool is_positional) const override;
  std::string make_subcommand(const CLI::App* command) const override;
  std::string make_group(std::string group, bool is_positional,
                         std::vector<const CLI::Option*> options) const override;
  // An option's choices are in its type's name already.
  std::string make_option_opts(const CLI::Option* option) const override;
};

}  // namespace sekisho::console::cli

#endif  // SEKISHO_CONSOLE_CLI_COMMANDS_HELP_FORMATTER_H_
