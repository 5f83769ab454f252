#ifndef SEKISHO_AGENT_ENGINE_LOGINS_MODE_H_
#define SEKISHO_AGENT_ENGINE_LOGINS_MODE_H_

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/core/login.h"
#include "agent/core/policy.h"
#include "agent/engine/reporter.h"
#include "agent/engine/state_store.h"
#include "platform/api/files.h"
#include "sekisho/v1/login.pb.h"

namespace sekisho::engine {

// Whether people are asked for a second factor; and the file by which the login hook knows what
// holds while agentd cannot answer.
class LoginsMode {
 public:
  // All outlive this. `file`: where the hook reads.
  LoginsMode(StateStore& store, platform::Files& files, Reporter& reporter, std::string file)
      : store_(store), files_(files), reporter_(reporter), file_(std::move(file)) {}

  // Observing, where nobody ever said otherwise; enforcing, where that cannot be read any more.
  // Writes the file when it is not what it must be. `policy`: null while there is none.
  void Load(const core::Policy* policy);
  // Another policy is in force.
  void Follow(const core::Policy* policy);
  core::LoginMode mode() const { return mode_; }
  const core::LoginPolicy& policy() const { return policy_; }
  // Called after each change of it.
  void OnChanged(std::function<void()> changed) { changed_ = std::move(changed); }
  // OK when it is durable, recorded and in force. `without_factor`: who is refused by it, and
  // whoever ordered it knows.
  absl::Status Set(core::LoginMode mode, const std::vector<std::string>& without_factor);

 private:
  absl::Status WriteFile(core::LoginMode mode);
  void WriteFileOrSay();
  StateStore& store_;
  platform::Files& files_;
  Reporter& reporter_;
  const std::string file_;
  core::LoginMode mode_ = core::LoginMode::kEnforce;
  core::LoginPolicy policy_;
  std::function<void()> changed_ = [] {};
};

const char* Name(core::LoginMode mode);
v1::LoginsMode ToProto(core::LoginMode mode);

}  // namespace sekisho::engine

#endif  // SEKISHO_AGENT_ENGINE_LOGINS_MODE_H_
