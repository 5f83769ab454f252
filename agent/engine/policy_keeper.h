#ifndef SEKISHO_AGENT_ENGINE_POLICY_KEEPER_H_
#define SEKISHO_AGENT_ENGINE_POLICY_KEEPER_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "agent/core/policy.h"
#include "agent/engine/identity.h"
#include "agent/engine/state_store.h"
#include "sekisho/v1/seal.pb.h"

namespace sekisho::engine {

// The last good bundle: swapped whole, or kept.
class PolicyKeeper {
 public:
  // `store` outlives this.
  explicit PolicyKeeper(StateStore& store) : store_(store) {}
  // Verifies what is on disk; whatever does not is set aside, and there is no policy.
  void Load(const Identity& identity);

  // Durable and in force when OK. ALREADY_EXISTS for the very bundle that is in force; otherwise
  // the status says why the old one stays. `at_least`: the newest version that the console told of.
  absl::Status Apply(const Identity& identity, const v1::Sealed& sealed, std::uint64_t at_least);

  const core::Policy* policy() const { return policy_ ? &*policy_ : nullptr; }
  std::uint64_t version() const { return policy_ ? policy_->version : 0; }
  // SHA-256 of its payload; empty without one.
  const std::string& hash() const { return hash_; }
  // The version that a sealed bundle claims, 0 when it is not one of ours; for reports.
  static std::uint64_t ClaimedVersion(const Identity& identity, const v1::Sealed& sealed);

 private:
  StateStore& store_;
  std::optional<core::Policy> policy_;
  std::string hash_;
};

}  // namespace sekisho::engine

#endif  // SEKISHO_AGENT_ENGINE_POLICY_KEEPER_H_
