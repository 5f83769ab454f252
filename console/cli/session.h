#ifndef SEKISHO_CONSOLE_CLI_SESSION_H_
#define SEKISHO_CONSOLE_CLI_SESSION_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "console/cli/texts/text.h"

namespace sekisho::console::cli {

// What `sign-in` leaves behind for the commands after it.
struct Session {
  std::string console;  // host:port that the token was issued by, and may be sent to
  std::string ca_pem;   // the console's certificate authority
  std::string token;
  std::string name;
};

// $XDG_CONFIG_HOME/sekisho/session.json, else ~/.config/sekisho/session.json; empty when neither
// variable is set.
std::string SessionPath();

// Nothing when there is no file. PERMISSION_DENIED when others may read it, FAILED_PRECONDITION
// when it is not a session; both say what to type.
absl::StatusOr<std::optional<Session>> LoadSession(const std::string& path, Language language);

// Replaces the file in one step; mode 0600, its directory 0700 when made.
absl::Status SaveSession(const std::string& path, const Session& session, Language language);

// OK when there is none.
absl::Status RemoveSession(const std::string& path, Language language);

}  // namespace sekisho::console::cli

#endif  // SEKISHO_CONSOLE_CLI_SESSION_H_
