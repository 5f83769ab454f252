#ifndef SEKISHO_AGENT_ENGINE_SURROUNDINGS_WATCH_H_
#define SEKISHO_AGENT_ENGINE_SURROUNDINGS_WATCH_H_

#include <functional>
#include <memory>

#include "agent/core/surroundings.h"
#include "agent/engine/policy_keeper.h"
#include "agent/engine/seams.h"

namespace sekisho::engine {

// The person in front of the terminal and its calendar, as far as the policy in force asks for
// them: a policy that does not costs no question, no watch and no alarm.
class SurroundingsWatch {
 public:
  // All outlive this. `changed`: verdicts may have changed.
  SurroundingsWatch(Seams& seams, const PolicyKeeper& policies, std::function<void()> changed)
      : seams_(seams), policies_(policies), changed_(std::move(changed)) {}

  // Without the register's word, which is a device's own.
  core::Surroundings Now();
  // Waits for the next change of any rule's hours and of the seat. After each reconciliation: it is
  // what a new policy, and a calendar that was set, come to. A summer time that begins moves the
  // alarm at the reconciliation after it, a minute later at most.
  void Arrange();

 private:
  // Asked of a policy once.
  void Look();

  Seams& seams_;
  const PolicyKeeper& policies_;
  std::function<void()> changed_;
  std::string looked_at_;  // the policy's hash
  bool asks_person_ = false;
  bool asks_hours_ = false;
  std::unique_ptr<platform::EventLoop::Handle> seat_watch_;
  std::unique_ptr<platform::EventLoop::Handle> alarm_;
};

}  // namespace sekisho::engine

#endif  // SEKISHO_AGENT_ENGINE_SURROUNDINGS_WATCH_H_
