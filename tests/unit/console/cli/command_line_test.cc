#include "console/cli/command_line.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "console/cli/commands/commands.h"
#include "console/cli/completion.h"

namespace sekisho::console::cli {
namespace {

struct Outcome {
  ExitCode code;
  std::string out;
  std::string err;
};

Outcome Type(std::vector<std::string> arguments, Language language = Language::kEnglish) {
  setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
  std::ostringstream out;
  std::ostringstream err;
  Context context(language, absl::UTCTimeZone(), out, err);
  const ExitCode code = RunCommandLine(context, std::move(arguments));
  return {code, out.str(), err.str()};
}

void Walk(const CLI::App& app, const std::function<void(const CLI::App&)>& visit) {
  visit(app);
  for (const CLI::App* command : app.get_subcommands({})) Walk(*command, visit);
}

bool HasJapanese(const std::string& text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return (c & 0x80) != 0; });
}

TEST(EveryCommand, HasADescriptionAndAnExampleThatBeginsWithIt) {
  for (const Language language : {Language::kEnglish, Language::kJapanese}) {
    std::ostringstream sink;
    Context context(language, absl::UTCTimeZone(), sink, sink);
    CLI::App root;
    BuildCommandLine(root, context);
    int commands = 0;
    Walk(root, [&commands](const CLI::App& command) {
      ++commands;
      EXPECT_FALSE(command.get_description().empty()) << PathOf(command);
      // The noun alone may show one of its verbs, and completion is sourced.
      EXPECT_NE(FirstExample(command).find(PathOf(command)), std::string::npos)
          << PathOf(command) << ": " << FirstExample(command);
    });
    EXPECT_GT(commands, 40);
  }
}

// An example that the program itself refuses would be worse than none.
TEST(EveryExample, IsACommandLineThatParses) {
  std::vector<std::string> examples;
  std::ostringstream sink;
  Context context(Language::kEnglish, absl::UTCTimeZone(), sink, sink);
  CLI::App root;
  BuildCommandLine(root, context);
  Walk(root, [&examples](const CLI::App& command) { examples.push_back(FirstExample(command)); });
  for (const std::string& example : examples) {
    if (!example.starts_with("sekishoctl ")) continue;  // source <(…)
    // What the shell does with the output is not the program's.
    std::string typed = example.substr(
        0, std::min({example.find(" > "), example.find(" >> "), example.find(" | ")}));
    Context fresh(Language::kEnglish, absl::UTCTimeZone(), sink, sink);
    CLI::App parser;
    BuildCommandLine(parser, fresh);
    parser.require_subcommand(1);
    EXPECT_NO_THROW(parser.parse(typed, true)) << typed;
  }
}

TEST(EveryText, OfTheHelpIsInBothLanguages) {
  std::ostringstream sink;
  Context context(Language::kJapanese, absl::UTCTimeZone(), sink, sink);
  CLI::App root;
  BuildCommandLine(root, context);
  Walk(root, [](const CLI::App& command) {
    EXPECT_TRUE(HasJapanese(command.get_description())) << PathOf(command);
    for (const CLI::Option* option : command.get_options()) {
      if (option->get_name() == "SHELL") continue;  // names of programs only
      EXPECT_TRUE(HasJapanese(option->get_description()))
          << PathOf(command) << " " << option->get_name();
    }
  });
}

TEST(Help, GoesToStandardOutputAndSucceeds) {
  const Outcome outcome = Type({"grants", "create", "--help"});
  EXPECT_EQ(outcome.code, ExitCode::kDone);
  EXPECT_TRUE(outcome.err.empty()) << outcome.err;
  EXPECT_NE(outcome.out.find("Usage: sekishoctl grants create"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("--reason TEXT (needed)"), std::string::npos) << outcome.out;
}

TEST(NoArguments, ShowTheHelpAsAnError) {
  const Outcome outcome = Type({});
  EXPECT_EQ(outcome.code, ExitCode::kUsage);
  EXPECT_TRUE(outcome.out.empty());
  EXPECT_NE(outcome.err.find("Exit codes:"), std::string::npos);
}

TEST(AMistypedCommand, IsAnsweredWithTheRightOneAndItsExample) {
  const Outcome outcome = Type({"terminls", "--unprotected"});
  EXPECT_EQ(outcome.code, ExitCode::kUsage);
  EXPECT_NE(outcome.err.find("did you mean \"terminals\"?"), std::string::npos) << outcome.err;
  EXPECT_NE(outcome.err.find("For example: sekishoctl terminals --unprotected"), std::string::npos);
}

TEST(AMistypedVerb, IsAnsweredWithTheRightOne) {
  EXPECT_NE(Type({"grants", "creat"}).err.find("did you mean \"create\"?"), std::string::npos);
  EXPECT_NE(Type({"grants", "creat"}, Language::kJapanese).err.find("「create」ではありませんか"),
            std::string::npos);
}

TEST(AMistypedOption, IsAnsweredWithTheRightOne) {
  const Outcome outcome = Type({"grants", "create", "482913", "--raeson=x"});
  EXPECT_EQ(outcome.code, ExitCode::kUsage);
  EXPECT_NE(outcome.err.find("no option --raeson here; did you mean --reason?"), std::string::npos)
      << outcome.err;
}

TEST(AMissingOption, IsNamedWithAnExample) {
  const Outcome outcome =
      Type({"grants", "create", "482913", "--for", "15m", "--mode", "read-only", "--reason", "x"});
  EXPECT_EQ(outcome.code, ExitCode::kUsage);
  EXPECT_NE(outcome.err.find("--ticket is missing"), std::string::npos) << outcome.err;
  EXPECT_NE(outcome.err.find("For example: sekishoctl grants create"), std::string::npos);
}

// Wrong words are said before anything is sent, and before anyone is asked to sign in.
TEST(WrongValues, AreRefusedBeforeTheConsoleIsAsked) {
  const std::vector<std::string> good{"grants", "create",   "482913",    "--for",
                                      "15m",    "--mode",   "read-only", "--reason",
                                      "x",      "--ticket", "y"};
  EXPECT_EQ(Type(good).code, ExitCode::kSignInNeeded);
  const auto with = [&good](std::size_t at, const char* value) {
    std::vector<std::string> arguments = good;
    arguments[at] = value;
    return Type(arguments);
  };
  EXPECT_EQ(with(2, "48291").code, ExitCode::kUsage);
  EXPECT_EQ(with(4, "15").code, ExitCode::kUsage);
  EXPECT_EQ(with(6, "write").code, ExitCode::kUsage);
  EXPECT_NE(with(6, "write").err.find("read-only or read-write"), std::string::npos);
}

TEST(AGrant, IsForAReferenceOrForADeviceOfATerminal) {
  const std::vector<std::string> rest{"--for",    "15m", "--mode",   "read-only",
                                      "--reason", "x",   "--ticket", "y"};
  const auto run = [&rest](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), rest.begin(), rest.end());
    return Type(arguments);
  };
  EXPECT_EQ(run({"grants", "create"}).code, ExitCode::kUsage);
  EXPECT_EQ(run({"grants", "create", "--terminal", "t"}).code, ExitCode::kUsage);
  EXPECT_EQ(run({"grants", "create", "482913", "--terminal", "t", "--device", "9f2c01d4"}).code,
            ExitCode::kUsage);
  EXPECT_EQ(run({"grants", "create", "--terminal", "t", "--device", "9f2c01d4"}).code,
            ExitCode::kSignInNeeded);
}

TEST(AMode, IsOrderedForTerminalsThatAreNamed) {
  const Outcome everywhere = Type({"mode", "enforce", "--reason", "x"});
  EXPECT_EQ(everywhere.code, ExitCode::kUsage);
  EXPECT_NE(everywhere.err.find("--group GROUP"), std::string::npos) << everywhere.err;
  EXPECT_EQ(Type({"mode", "enforce", "--group", "a", "--terminal", "t", "--reason", "x"}).code,
            ExitCode::kUsage);
  EXPECT_EQ(Type({"mode", "observe", "--reason", "x"}).code, ExitCode::kUsage);
  EXPECT_EQ(Type({"mode", "confirm"}).code, ExitCode::kUsage);
  EXPECT_EQ(Type({"mode", "preview"}).code, ExitCode::kUsage);
  EXPECT_EQ(Type({"mode", "enforce", "--group", "a"}).code, ExitCode::kUsage) << "no reason";
  EXPECT_EQ(Type({"mode", "enforce", "--group", "a", "--reason", "x", "--trial", "15"}).code,
            ExitCode::kUsage);
  EXPECT_EQ(
      Type({"mode", "enforce", "--group", "a", "--reason", "x", "--trial", "15m", "--confirmed"})
          .code,
      ExitCode::kUsage);
  EXPECT_EQ(Type({"mode", "enforce", "--group", "a", "--reason", "x", "--trial", "15m"}).code,
            ExitCode::kSignInNeeded);
}

TEST(Logins, AreEnforcedOnTerminalsThatAreNamedAndAPersonIsHelpedOnOne) {
  for (const char* verb : {"enforce", "observe"}) {
    const Outcome everywhere = Type({"logins", verb, "--reason", "x", "--yes"});
    EXPECT_EQ(everywhere.code, ExitCode::kUsage);
    EXPECT_NE(everywhere.err.find("--group GROUP"), std::string::npos) << everywhere.err;
    EXPECT_EQ(Type({"logins", verb, "--group", "a", "--terminal", "t", "--reason", "x"}).code,
              ExitCode::kUsage);
    EXPECT_EQ(Type({"logins", verb, "--group", "a"}).code, ExitCode::kUsage) << "no reason";
    EXPECT_EQ(Type({"logins", verb, "--group", "a", "--reason", "x"}).code,
              ExitCode::kSignInNeeded);
  }
  EXPECT_EQ(Type({"logins", "observe", "--group", "a", "--reason", "x", "--without", "b"}).code,
            ExitCode::kUsage)
      << "observing locks nobody out";
  for (const char* verb : {"lift", "reset"}) {
    EXPECT_EQ(Type({"logins", verb, "t", "--reason", "x"}).code, ExitCode::kUsage) << "who";
    EXPECT_EQ(Type({"logins", verb, "t", "hanako"}).code, ExitCode::kUsage) << "no reason";
  }
  EXPECT_EQ(Type({"logins", "lift", "t", "hanako", "--reason", "x"}).code, ExitCode::kSignInNeeded);
  EXPECT_EQ(Type({"logins", "list"}).code, ExitCode::kSignInNeeded);
  EXPECT_EQ(Type({"logins", "--group", "a", "--terminal", "t"}).code, ExitCode::kUsage);
}

TEST(AnAdoption, IsForAReferenceOrForADeviceOfATerminal) {
  EXPECT_EQ(Type({"devices", "adopt", "--reason", "x"}).code, ExitCode::kUsage);
  EXPECT_EQ(Type({"devices", "adopt", "48291", "--reason", "x"}).code, ExitCode::kUsage);
  EXPECT_EQ(Type({"devices", "adopt", "482913", "--device", "9f2c01d4", "--reason", "x"}).code,
            ExitCode::kUsage);
  EXPECT_EQ(Type({"devices", "adopt", "482913"}).code, ExitCode::kUsage) << "no reason";
  EXPECT_EQ(Type({"devices", "adopt", "482913", "--reason", "x"}).code, ExitCode::kSignInNeeded);
}

TEST(AnOptionOfTheList, IsNotSilentlyIgnoredByAnotherVerb) {
  const Outcome outcome = Type({"requests", "deny", "482913", "--reason", "x", "--all"});
  EXPECT_EQ(outcome.code, ExitCode::kUsage);
  EXPECT_NE(outcome.err.find("--all"), std::string::npos);
}

TEST(AKind, ThatDoesNotExistIsAnsweredWithTheNearest) {
  const Outcome outcome = Type({"events", "--kind", "device-blokced"});
  EXPECT_EQ(outcome.code, ExitCode::kUsage);
  EXPECT_NE(outcome.err.find("did you mean \"device-blocked\"?"), std::string::npos);
}

TEST(ExitCodes, FollowTheConsolesStatus) {
  EXPECT_EQ(ExitCodeOf(absl::OkStatus()), ExitCode::kDone);
  EXPECT_EQ(ExitCodeOf(absl::UnauthenticatedError("")), ExitCode::kSignInNeeded);
  EXPECT_EQ(ExitCodeOf(absl::PermissionDeniedError("")), ExitCode::kNotPermitted);
  EXPECT_EQ(ExitCodeOf(absl::NotFoundError("")), ExitCode::kNotFound);
  EXPECT_EQ(ExitCodeOf(absl::InvalidArgumentError("")), ExitCode::kRefused);
  EXPECT_EQ(ExitCodeOf(absl::FailedPreconditionError("")), ExitCode::kRefused);
  EXPECT_EQ(ExitCodeOf(absl::ResourceExhaustedError("")), ExitCode::kRefused);
  EXPECT_EQ(ExitCodeOf(absl::UnavailableError("")), ExitCode::kUnreachable);
  EXPECT_EQ(ExitCodeOf(absl::DeadlineExceededError("")), ExitCode::kUnreachable);
  EXPECT_EQ(ExitCodeOf(absl::InternalError("")), ExitCode::kOther);
  EXPECT_EQ(ExitCodeOf(UsageError("")), ExitCode::kUsage);
}

TEST(AConsolesRefusal, IsShownWithWhatToDoNext) {
  EXPECT_NE(Explain(FromConsole(absl::UnauthenticatedError("session ended")), Language::kEnglish)
                .find("sekishoctl sign-in"),
            std::string::npos);
  EXPECT_EQ(
      Explain(FromConsole(absl::FailedPreconditionError("at most 15 m")), Language::kJapanese),
      "コンソールが拒否しました: at most 15 m");
  EXPECT_EQ(Explain(FromConsole(absl::InternalError("a\x1b[2J")), Language::kEnglish),
            "a\uFFFD[2J");
}

std::vector<std::string> Words(const std::vector<std::string>& typed) {
  std::ostringstream sink;
  Context context(Language::kEnglish, absl::UTCTimeZone(), sink, sink);
  CLI::App root;
  BuildCommandLine(root, context);
  std::vector<std::string> words;
  for (const Candidate& candidate : Complete(root, typed)) words.push_back(candidate.word);
  return words;
}

TEST(Completion, OffersCommandsOptionsAndValues) {
  EXPECT_EQ(Words({"gr"}), (std::vector<std::string>{"grants", "groups"}));
  EXPECT_EQ(Words({"grants", "re"}), (std::vector<std::string>{"revoke"}));
  EXPECT_EQ(Words({"grants", "create", "--mode", ""}),
            (std::vector<std::string>{"read-only", "read-write"}));
  EXPECT_EQ(Words({"grants", "create", "--mode", "read-only", "--ti"}),
            (std::vector<std::string>{"--ticket"}));
  EXPECT_EQ(Words({"--output", "json", "gran"}), (std::vector<std::string>{"grants"}));
  EXPECT_EQ(Words({"events", "--kind", "grant-o"}), (std::vector<std::string>{"grant-opened"}));
  EXPECT_EQ(Words({"mode", "en"}), (std::vector<std::string>{"enforce"}));
  EXPECT_EQ(Words({"logins", "l"}), (std::vector<std::string>{"list", "lift"}));
  EXPECT_EQ(Words({"logins", "enforce", "--wi"}), (std::vector<std::string>{"--without"}));
  EXPECT_EQ(Words({"orders", "ca"}), (std::vector<std::string>{"cancel"}));
  EXPECT_EQ(Words({"policy", "check", ""}), (std::vector<std::string>{":files"}));
  EXPECT_EQ(Words({"operators", "create", "x", "--role", "h"}),
            (std::vector<std::string>{"helpdesk"}));
}

TEST(Completion, OffersAnOptionOnceThoughSeveralCommandsHaveIt) {
  EXPECT_EQ(Words({"grants", "create", "--terminal"}), (std::vector<std::string>{"--terminal"}));
}

TEST(Json, IsOneDocumentWithAllFields) {
  v1::ListTerminalsResponse empty;
  EXPECT_EQ(WriteJson(empty, JsonForm::kDocument).value(),
            "{\n \"terminals\": [],\n \"nextPageToken\": \"\"\n}\n");
  EXPECT_EQ(WriteJson(empty, JsonForm::kLine).value(),
            "{\"terminals\":[],\"nextPageToken\":\"\"}\n");
}

}  // namespace
}  // namespace sekisho::console::cli
