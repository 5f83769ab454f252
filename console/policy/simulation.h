#ifndef SEKISHO_CONSOLE_POLICY_SIMULATION_H_
#define SEKISHO_CONSOLE_POLICY_SIMULATION_H_

#include <map>
#include <optional>
#include <set>
#include <string>

#include "absl/time/time.h"
#include "agent/core/decide.h"
#include "console/store/device_store.h"
#include "sekisho/v1/policy_service.pb.h"

namespace sekisho::console::policy {

// What a draft would decide otherwise than the policy in force. Both are asked about the device as
// it was recorded: who was there, at what time, and what the media register says of it now. What
// runs under an exception is judged without it: the exception ends, the policy stays. Not for
// several threads.
class Simulation {
 public:
  // None in force: everything is blocked. `zone`: the terminals' own.
  Simulation(std::optional<core::Policy> in_force, core::Policy draft, absl::TimeZone zone);

  // By terminal.
  void Judge(const store::SeenDevice& seen);

  // Of all that was judged; without problems, total and token.
  v1::SimulatePolicyResponse Take();

 private:
  struct Count {
    std::uint32_t devices = 0;
    std::uint32_t terminals = 0;
    std::string last_terminal;
    std::set<std::string> people;
    v1::SimulatedCount View() const;
  };
  void Add(const store::SeenDevice& seen, const core::Verdict& before, const core::Verdict& after);

  std::optional<core::Policy> in_force_;
  core::Policy draft_;
  absl::TimeZone zone_;
  std::uint32_t judged_ = 0;
  std::uint32_t unlike_reported_ = 0;
  Count looser_;
  Count stricter_;
  struct Change {
    v1::SimulatedChange view;
    std::string last_terminal;
  };
  // By what is the same of all: turn, make, classes, both verdicts' action, reason and rule.
  std::map<std::string, Change> changes_;
};

}  // namespace sekisho::console::policy

#endif  // SEKISHO_CONSOLE_POLICY_SIMULATION_H_
