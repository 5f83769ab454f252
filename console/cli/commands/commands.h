#ifndef SEKISHO_CONSOLE_CLI_COMMANDS_COMMANDS_H_
#define SEKISHO_CONSOLE_CLI_COMMANDS_COMMANDS_H_

#include <functional>
#include <string>
#include <vector>

#include "CLI/App.hpp"
#include "CLI/Config.hpp"
#include "CLI/Formatter.hpp"
#include "absl/status/status.h"
#include "console/cli/context.h"
#include "console/cli/render/lists.h"
#include "console/cli/texts/help.h"

namespace sekisho::console::cli {

// The whole command line: every command, option, help and example. The context must outlive it.
void BuildCommandLine(CLI::App& root, Context& context);

// One group of commands each; a file each.
void AddSession(CLI::App& root, Context& context);
void AddTerminals(CLI::App& root, Context& context);
void AddTokens(CLI::App& root, Context& context);
void AddRequests(CLI::App& root, Context& context);
void AddGrants(CLI::App& root, Context& context);
void AddMode(CLI::App& root, Context& context);
void AddLogins(CLI::App& root, Context& context);
void AddDevices(CLI::App& root, Context& context);
void AddOrders(CLI::App& root, Context& context);
void AddMedia(CLI::App& root, Context& context);
void AddEvents(CLI::App& root, Context& context);
void AddPolicy(CLI::App& root, Context& context);
// Below `policy`, without a console.
void AddPolicyImport(CLI::App& policy, Context& context);
void AddPolicySimulate(CLI::App& policy, Context& context);
void AddPolicyProfile(CLI::App& policy, Context& context);
void AddOperators(CLI::App& root, Context& context);
void AddRobots(CLI::App& root, Context& context);
void AddGroups(CLI::App& root, Context& context);
void AddHistory(CLI::App& root, Context& context);
void AddParcel(CLI::App& root, Context& context);
void AddCompletion(CLI::App& root, Context& context);

// A command with its texts, no action yet.
CLI::App* AddCommand(CLI::App& parent, Context& context, const help::Command& help);
// What it does when it is itself what was asked for, and not one of the commands below it.
void OnRun(CLI::App* command, Context& context, std::function<absl::Status()> run);
// What a command that only groups others does when none was given: say which there are.
void NeedsCommand(CLI::App* command, Context& context);

CLI::Option* AddText(CLI::App* command, Context& context, const std::string& name,
                     std::string& value, const Text& description, const std::string& type);
CLI::Option* AddFlag(CLI::App* command, Context& context, const std::string& name, bool& value,
                     const Text& description);

// "sekishoctl grants create", and its --help.
std::string PathOf(const CLI::App& command);
std::string HelpOf(const CLI::App& command);

Style StyleOf(const Context& context);

// What one terminal was ordered, and when it has it.
std::string DescribeOrdered(const Context& context, const v1::IssuedOrder& order);

// The command line's own examples, first line: what an error message ends with.
std::string FirstExample(const CLI::App& command);

}  // namespace sekisho::console::cli

#endif  // SEKISHO_CONSOLE_CLI_COMMANDS_COMMANDS_H_
