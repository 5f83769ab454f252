#ifndef SEKISHO_CONSOLE_CLI_CONTEXT_H_
#define SEKISHO_CONSOLE_CLI_CONTEXT_H_

#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "CLI/App.hpp"
#include "CLI/Config.hpp"
#include "CLI/Formatter.hpp"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "console/cli/client.h"
#include "console/cli/texts/text.h"
#include "google/protobuf/message.h"

namespace sekisho::console::cli {

enum class Output { kTable, kJson };

// What every command works with: how to speak, where to write, whom to call. One a process.
class Context {
 public:
  Context(Language language, absl::TimeZone zone, std::ostream& out, std::ostream& err);
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  Language language() const { return language_; }
  absl::TimeZone zone() const { return zone_; }
  Output output() const { return output_; }
  std::ostream& out() { return out_; }
  // Notes and progress: never mixed into what a script reads.
  std::ostream& err() { return err_; }

  // --console, --ca and --output, wherever on the command line they stand.
  void AddGlobalOptions(CLI::App& app);

  // Flag, else environment, else session file. UNAUTHENTICATED, saying how to sign in, without
  // one; a session's token is never sent to a console other than the one that issued it.
  absl::StatusOr<Client*> Connect();
  // Where to sign in: --console, else SEKISHO_CONSOLE, else the last session's.
  absl::StatusOr<std::string> ConsoleToSignInTo() const;
  // --ca, else SEKISHO_CA: a PEM file's text; empty when neither is given.
  absl::StatusOr<std::string> GivenAuthority() const;

  // `text` for people, or `message` in the proto JSON mapping (one document, all fields present).
  absl::Status Show(const google::protobuf::Message& message, const std::string& text);

  // One call: connects, asks, and shows the answer; `write` makes of it what people read.
  template <typename Request, typename Write>
  absl::Status Ask(const Request& request, Write write) {
    const absl::StatusOr<Client*> client = Connect();
    if (!client.ok()) return client.status();
    const auto answer = (*client)->Call(request);
    if (!answer.ok()) return answer.status();
    return Show(*answer, write(*answer));
  }

  // Fills and returns a text of the catalogue.
  std::string Say(const Text& text, Values values = {}) const;
  absl::Status Usage(const Text& text, Values values = {}) const;

  // The command that was chosen; set by the parser's callbacks, run by main.
  std::function<absl::Status()> action;

 private:
  const Language language_;
  const absl::TimeZone zone_;
  std::ostream& out_;
  std::ostream& err_;
  Output output_ = Output::kTable;
  std::string console_;
  std::string ca_file_;
  std::unique_ptr<Client> client_;
};

// `message` in the proto JSON mapping, indented or on one line.
enum class JsonForm { kDocument, kLine };
absl::StatusOr<std::string> WriteJson(const google::protobuf::Message& message, JsonForm form);

}  // namespace sekisho::console::cli

#endif  // SEKISHO_CONSOLE_CLI_CONTEXT_H_
