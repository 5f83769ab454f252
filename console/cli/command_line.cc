#include "console/cli/command_line.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "CLI/Error.hpp"
#include "absl/strings/str_cat.h"
#include "console/cli/commands/commands.h"
#include "console/cli/suggest.h"
#include "console/cli/texts/messages.h"

namespace sekisho::console::cli {
namespace {

const CLI::App& Deepest(const CLI::App& app) {
  const std::vector<CLI::App*> chosen = app.get_subcommands();
  return chosen.empty() ? app : Deepest(*chosen.front());
}

std::vector<std::string> CommandsOf(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  return names;
}

// Of a command and of all above it, as they may stand anywhere.
std::vector<std::string> OptionsOf(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* at = &app; at != nullptr; at = at->get_parent()) {
    for (const CLI::Option* option : at->get_options()) {
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
  }
  return names;
}

std::string Unexpected(const CLI::App& command, const std::string& typed, Language language) {
  if (typed.starts_with("-")) {
    const std::string name = typed.substr(0, typed.find('='));
    return Fill(messages::kUnknownOption.In(language),
                {{"typed", name}, {"nearest", Nearest(name, OptionsOf(command)).value_or("")}});
  }
  return Fill(messages::kUnknownWord.In(language),
              {{"typed", typed}, {"nearest", Nearest(typed, CommandsOf(command)).value_or("")}});
}

// The command that was mistyped, whose example helps more than that of the one above it.
const CLI::App& Meant(const CLI::App& command, const std::string& typed) {
  const std::optional<std::string> nearest = Nearest(typed, CommandsOf(command));
  return nearest ? *command.get_subcommand(*nearest) : command;
}

std::string WrongCommandLine(const CLI::App& root, const CLI::ParseError& error,
                             Language language) {
  const CLI::App& command = Deepest(root);
  // What is left over explains more than what is missing because of it.
  const std::vector<std::string> left = root.remaining(true);
  const CLI::App& meant = left.empty() ? command : Meant(command, left.front());
  std::string message;
  if (!left.empty() && left.front() != "--") {
    message = Unexpected(command, left.front(), language);
  } else if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) {
    std::string_view name = error.what();
    name = name.substr(0, name.find(" is required"));
    message = name == "A subcommand" ? std::string(messages::kMissingCommand.In(language))
                                     : Fill(messages::kMissing.In(language), {{"name", name}});
  } else {
    message = Fill(messages::kBadValue.In(language), {{"message", error.what()}});
  }
  std::string text = Fill(messages::kError.In(language), {{"message", message}});
  const std::string example = FirstExample(meant);
  if (!example.empty()) text += Fill(messages::kExample.In(language), {{"example", example}});
  return text + Fill(messages::kSeeHelp.In(language), {{"command", PathOf(command)}});
}

}  // namespace

std::string Explain(const absl::Status& status, Language language) {
  if (!IsFromConsole(status)) return Printable(MessageOf(status));
  const auto say = [&status, language](const Text& text) {
    return Fill(text.In(language), {{"message", MessageOf(status)}});
  };
  switch (ExitCodeOf(status)) {
    case ExitCode::kSignInNeeded:
      // A console that says so itself need not be repeated.
      return MessageOf(status).find("sekishoctl sign-in") == std::string::npos
                 ? say(messages::kSessionEnded)
                 : Fill(messages::kSessionEnded.In(language), Values());
    case ExitCode::kNotPermitted:
      return say(messages::kNotPermitted);
    case ExitCode::kNotFound:
      return say(messages::kNotFound);
    case ExitCode::kRefused:
      return say(messages::kConsoleRefused);
    case ExitCode::kUnreachable:
      return say(messages::kNoAnswer);
    case ExitCode::kDone:
    case ExitCode::kUsage:
    case ExitCode::kOther:
    case ExitCode::kAltered:
      break;
  }
  return say(messages::kOther);
}

ExitCode RunCommandLine(Context& context, std::vector<std::string> arguments) {
  CLI::App root;
  BuildCommandLine(root, context);
  root.require_subcommand(1);
  if (arguments.empty()) {
    context.err() << HelpOf(root);
    return ExitCode::kUsage;
  }
  try {
    std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants them
    root.parse(std::move(arguments));
  } catch (const CLI::CallForHelp&) {
    context.out() << HelpOf(Deepest(root));
    return ExitCode::kDone;
  } catch (const CLI::CallForVersion& version) {
    context.out() << version.what() << "\n";
    return ExitCode::kDone;
  } catch (const CLI::ParseError& error) {
    context.err() << WrongCommandLine(root, error, context.language());
    return ExitCode::kUsage;
  }
  const absl::Status done = context.action();
  context.out().flush();
  if (!done.ok()) {
    context.err() << Fill(messages::kError.In(context.language()),
                          {{"message", Explain(done, context.language())}});
  }
  return ExitCodeOf(done);
}

}  // namespace sekisho::console::cli
