#ifndef SEKISHO_AGENT_CLI_COMMAND_LINE_H_
#define SEKISHO_AGENT_CLI_COMMAND_LINE_H_

#include <chrono>
#include <string>
#include <vector>

#include "agent/cli/texts.h"
#include "sekisho/v1/local.pb.h"
#include "sekisho/v1/login.pb.h"

namespace sekisho::cli {

// What the program ends with; documented in --help and sekisho(1).
enum class ExitCode : int {
  kDone = 0,
  kFailed = 1,
  kUsage = 2,
  kAgentNotRunning = 3,
  kNotPermitted = 4,
  kNotFound = 5,
  kRefused = 6,
  kUnavailable = 7,
  kProtectionOpen = 8,
  kProtectionUntried = 9,
};

ExitCode ExitCodeOf(const v1::LocalFailure& failure);
// Of what `doctor` tried.
ExitCode ExitCodeOf(const v1::LocalDoctorReply& doctor);
ExitCode ExitCodeOf(const v1::LoginWays& logins);

enum class Output { kText, kJson };
enum class Asking { kQuestion, kYes };
enum class Showing { kTerminal, kDesktop };

struct Context {
  std::string socket = "/run/sekisho/agentd.sock";
  Language language = Language::kEnglish;
  Output output = Output::kText;
};

// One function a command; each prints to standard output, and what went wrong to standard error.
ExitCode RunStatus(const Context& context);
ExitCode RunDevices(const Context& context);
ExitCode RunWhy(const Context& context, const std::string& device);
ExitCode RunRequest(const Context& context, const std::string& device, const std::string& reason);
ExitCode RunReturn(const Context& context, const std::string& device);
// `token_file` "-" is standard input.
ExitCode RunEnrol(const Context& context, const std::string& token, const std::string& token_file);
// For a console that no network reaches. With a token file: the request to be enrolled.
ExitCode RunExport(const Context& context, const std::string& file, const std::string& token_file);
ExitCode RunImport(const Context& context, const std::string& file);
ExitCode RunAdopt(const Context& context, const std::vector<std::string>& handles, Asking asking);
ExitCode RunDoctor(const Context& context);
// What each way to log in asks of a person; needs no agentd.
ExitCode RunDoctorLogins(const Context& context);
// A person's factor, as it is named on the command line; what is empty was not said.
struct FactorOf {
  std::string person;
  std::string factor_id;
  std::string label;
  std::string reason;
  std::string code;
};
// Shows the secret, and asks for a code made from it where somebody is there to type one.
ExitCode RunFactorAdd(const Context& context, const FactorOf& about);
ExitCode RunFactorConfirm(const Context& context, const FactorOf& about);
ExitCode RunFactorList(const Context& context, const FactorOf& about);
ExitCode RunFactorRemove(const Context& context, const FactorOf& about);
// LOGINS_MODE_UNSPECIFIED: only says how it is. `without_factor`: who is known to be locked out.
ExitCode RunLogin(const Context& context, v1::LoginsMode mode,
                  const std::vector<std::string>& without_factor);
// The trial that runs holds.
ExitCode RunConfirm(const Context& context);
// kQuestion: whether the console has released the terminal, kRefused when not. kRemoving: it goes,
// and the console is told first; never refused.
enum class Leaving { kQuestion, kRemoving };
ExitCode RunLeave(const Context& context, Leaving leaving);
// Becomes sekisho-preflight, which needs no agentd; returns only when it cannot.
ExitCode RunPreflight(const Context& context, std::vector<std::string> arguments);
// Until it is ended; goes on when agentd is restarted. `every`: how often the time left is shown.
ExitCode RunWatch(const Context& context, Showing showing, std::chrono::seconds every);

}  // namespace sekisho::cli

#endif  // SEKISHO_AGENT_CLI_COMMAND_LINE_H_
