#include "console/cli/commands/commands.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "console/cli/commands/help_formatter.h"
#include "console/cli/exit_code.h"
#include "console/cli/texts/messages.h"
#include "sekisho/version.h"

namespace sekisho::console::cli {
namespace {

std::string Footer(const Context& context, const help::Command& help) {
  return absl::StrCat(context.Say(help::kExampleHeading), ":\n  ",
                      absl::StrReplaceAll(context.Say(help.examples), {{"\n", "\n  "}}));
}

}  // namespace

std::string PathOf(const CLI::App& command) {
  const CLI::App* above = command.get_parent();
  return above == nullptr ? command.get_name()
                          : absl::StrCat(PathOf(*above), " ", command.get_name());
}

std::string HelpOf(const CLI::App& command) {
  const CLI::App* above = command.get_parent();
  return command.help(above == nullptr ? "" : PathOf(*above));
}

CLI::App* AddCommand(CLI::App& parent, Context& context, const help::Command& help) {
  CLI::App* command = parent.add_subcommand(help.name, context.Say(help.summary));
  command->fallthrough();
  command->group(context.Say(help::kCommandGroup));
  command->set_help_flag("-h,--help", context.Say(help::kHelpOption))
      ->group(context.Say(help::kGlobalGroup));
  command->option_defaults()->group(context.Say(help::kOptionGroup));
  command->footer(absl::StrCat(Footer(context, help), "\n\n", context.Say(help::kEverywhere)));
  return command;
}

void OnRun(CLI::App* command, Context& context, std::function<absl::Status()> run) {
  command->callback([command, &context, run = std::move(run)] {
    if (command->get_subcommands().empty()) {
      context.action = run;
      return;
    }
    // `requests deny … --all`: the option is understood, but by the list, which was not asked for.
    for (const CLI::Option* option : command->get_options()) {
      if (option->count() == 0) continue;
      const std::string name = option->get_name();
      context.action = [&context, name] {
        return context.Usage(messages::kUnknownOption, {{"typed", name}});
      };
    }
  });
}

void NeedsCommand(CLI::App* command, Context& context) {
  OnRun(command, context, [command, &context]() -> absl::Status {
    context.err() << HelpOf(*command);
    return context.Usage(messages::kMissingCommand);
  });
}

CLI::Option* AddText(CLI::App* command, Context& context, const std::string& name,
                     std::string& value, const Text& description, const std::string& type) {
  return command->add_option(name, value, context.Say(description))->type_name(type);
}

CLI::Option* AddFlag(CLI::App* command, Context& context, const std::string& name, bool& value,
                     const Text& description) {
  return command->add_flag(name, value, context.Say(description));
}

Style StyleOf(const Context& context) {
  return Style{context.language(), context.zone(), absl::Now()};
}

std::string DescribeOrdered(const Context& context, const v1::IssuedOrder& order) {
  return context.Say(messages::kOrdered, {{"version", absl::StrCat(order.order().version())},
                                          {"terminal", order.terminal_name()},
                                          {"what", DescribeOrder(order, context.language())}}) +
         context.Say(order.has_sent_at() ? messages::kOrderedNow : messages::kOrderedLater,
                     {{"terminal", order.terminal_name()}});
}

std::string FirstExample(const CLI::App& command) {
  const std::string footer = command.get_footer();
  const std::size_t start = footer.find("\n  ");
  if (start == std::string::npos) return "";
  return footer.substr(start + 3, footer.find('\n', start + 1) - start - 3);
}

void BuildCommandLine(CLI::App& root, Context& context) {
  const auto formatter = std::make_shared<HelpFormatter>();
  formatter->label("Usage", context.Say(help::kUsage));
  formatter->label("OPTIONS", context.Say(help::kOptions));
  formatter->label("SUBCOMMAND", context.Say(help::kSubcommand));
  formatter->label("SUBCOMMANDS", context.Say(help::kSubcommand));
  formatter->label("Positionals", context.Say(help::kPositionals));
  formatter->label("REQUIRED", context.Say(help::kRequired));
  root.formatter(formatter);
  root.name(help::kRoot.name);
  root.description(context.Say(help::kRoot.summary));
  root.set_help_flag("-h,--help", context.Say(help::kHelpOption))
      ->group(context.Say(help::kGlobalGroup));
  root.set_version_flag("--version", absl::StrCat("sekishoctl ", SEKISHO_VERSION),
                        context.Say(help::kVersionOption))
      ->group(context.Say(help::kGlobalGroup));
  root.footer(absl::StrCat(Footer(context, help::kRoot), "\n\n", context.Say(help::kExitCodes)));
  context.AddGlobalOptions(root);

  AddSession(root, context);
  AddTerminals(root, context);
  AddTokens(root, context);
  AddRequests(root, context);
  AddGrants(root, context);
  AddMode(root, context);
  AddLogins(root, context);
  AddDevices(root, context);
  AddOrders(root, context);
  AddMedia(root, context);
  AddEvents(root, context);
  AddPolicy(root, context);
  AddOperators(root, context);
  AddRobots(root, context);
  AddGroups(root, context);
  AddHistory(root, context);
  AddParcel(root, context);
  AddCompletion(root, context);
}

}  // namespace sekisho::console::cli
