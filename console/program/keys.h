#ifndef SEKISHO_CONSOLE_PROGRAM_KEYS_H_
#define SEKISHO_CONSOLE_PROGRAM_KEYS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "console/clock.h"

namespace sekisho::console::program {

// What is signed or shown with, and until when.
struct KeyInfo {
  std::string name;  // as `keys rotate` takes it
  std::string id;    // of an Ed25519 key, hexadecimal; empty for a certificate
  WallTime not_after{};
  bool ends = true;  // false: the root key, which no date ends
};

// Of the console in `data`, running or not.
absl::StatusOr<std::vector<KeyInfo>> ListKeys(const std::string& data);

// Agents of before 0.2.0 know no new root or authority and would be lost to this console.
enum class OldAgents { kRefuse, kLeaveBehind };

// Makes new keys: each of `names` is bundle, grant, grant-revocation, acknowledgement, beacon,
// server, root or ca; "all" is all of these but the last two. A console that runs takes them into
// use within a minute, or at once when it is told to read them again. INVALID_ARGUMENT for another
// name; FAILED_PRECONDITION names the terminals that cannot follow a new root or authority.
absl::Status RotateKeys(const std::string& data, const std::vector<std::string>& names,
                        OldAgents old_agents, const Clock& clock);

}  // namespace sekisho::console::program

#endif  // SEKISHO_CONSOLE_PROGRAM_KEYS_H_
