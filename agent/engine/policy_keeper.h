#ifndef SEKISHO_AGENT_ENGINE_POLICY_KEEPER_H_
#define SEKISHO_AGENT_ENGINE_POLICY_KEEPER_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "agent/core/policy.h"
#include "agent/engine/identity.h"
#include "agent/engine/state_store.h"
#include "sekisho/v1/seal.pb.h"

namespace sekisho::engine {

// What becomes of one kind of input device, all of that kind taken together.
enum class InputFate {
  kNoneOpen,  // none was open to begin with
  kKept,      // at least one that is open stays so
  kLost,      // some are open, and none would be
};
struct InputFates {
  InputFate keyboard = InputFate::kNoneOpen;
  InputFate pointer = InputFate::kNoneOpen;
};

// The last good bundle: swapped whole, or kept.
class PolicyKeeper {
 public:
  // `store` outlives this.
  explicit PolicyKeeper(StateStore& store) : store_(store) {}
  // Verifies what is on disk; whatever does not is set aside, and there is no policy.
  void Load(const Identity& identity);

  // What would become of keyboards and pointers under a policy.
  using Foresee = std::function<InputFates(const core::Policy&)>;
  // Durable and in force when OK. ALREADY_EXISTS for the very bundle that is in force; otherwise
  // the status says why the old one stays. `at_least`: the newest version that the console told of.
  // ABORTED when it would leave nothing to type or to point with: "keyboard" or "pointer". Such a
  // bundle is remembered, also by the next process: CANCELLED while it comes again, until one that
  // is open would stay so (what is unplugged for a moment says nothing).
  absl::Status Apply(const Identity& identity, const v1::Sealed& sealed, std::uint64_t at_least,
                     const Foresee& foresee);

  const core::Policy* policy() const { return policy_ ? &*policy_ : nullptr; }
  std::uint64_t version() const { return policy_ ? policy_->version : 0; }
  // SHA-256 of its payload; empty without one.
  const std::string& hash() const { return hash_; }
  // The version that a sealed bundle claims, 0 when it is not one of ours; for reports.
  static std::uint64_t ClaimedVersion(const Identity& identity, const v1::Sealed& sealed);

 private:
  absl::Status CheckInputs(const core::Policy& policy, const std::string& hash,
                           const Foresee& foresee);

  StateStore& store_;
  std::optional<core::Policy> policy_;
  std::string hash_;
  // The bundle that was rolled back last: "k" or "p", for what it would have taken, then its hash.
  std::string rolled_back_;
};

}  // namespace sekisho::engine

#endif  // SEKISHO_AGENT_ENGINE_POLICY_KEEPER_H_
