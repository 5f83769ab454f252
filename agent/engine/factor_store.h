#ifndef SEKISHO_AGENT_ENGINE_FACTOR_STORE_H_
#define SEKISHO_AGENT_ENGINE_FACTOR_STORE_H_

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "agent/engine/state_store.h"
#include "sekisho/v1/agent_state.pb.h"

namespace sekisho::engine {

// What people have enrolled, and how often they were wrong: a file a person, read anew each time,
// since people log in seldom and two of their logins may overlap. Secrets are sealed under a key of
// this machine's, so that a backup of one of the files opens nothing.
class FactorStore {
 public:
  // `store` outlives this.
  explicit FactorStore(StateStore& store) : store_(store) {}

  // Of somebody without a file: nothing but the uid. None when it could not be read; then it was
  // set aside, and stays none until SavePerson, so that nobody gains by spoiling it.
  std::optional<v1::StoredPerson> PersonOf(unsigned uid);
  // Durable when it returns OK.
  absl::Status SavePerson(const v1::StoredPerson& person);

  // For StoredFactor::sealed_secret. UNAVAILABLE when there is no key and none can be made.
  absl::StatusOr<std::string> Seal(unsigned uid, std::string_view factor_id,
                                   std::string_view secret);
  // PERMISSION_DENIED when it was not sealed here, for this person and factor.
  absl::StatusOr<std::string> Open(unsigned uid, const v1::StoredFactor& factor);

 private:
  enum class Missing { kIsMade, kFails };
  absl::StatusOr<std::string> Key(Missing missing);
  StateStore& store_;
  std::set<unsigned> unreadable_;
};

}  // namespace sekisho::engine

#endif  // SEKISHO_AGENT_ENGINE_FACTOR_STORE_H_
