#ifndef SEKISHO_AGENT_ENGINE_GRANT_BOOK_H_
#define SEKISHO_AGENT_ENGINE_GRANT_BOOK_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "agent/core/grant.h"
#include "agent/engine/identity.h"
#include "agent/engine/state_store.h"
#include "sekisho/v1/seal.pb.h"

namespace sekisho::engine {

// The grants that the terminal holds, running and ended, as they are on disk. The ended ones are
// used nonces.
class GrantBook {
 public:
  // `store` outlives this.
  explicit GrantBook(StateStore& store) : store_(store) {}
  // Each is verified again; a file with one that does not is set aside whole.
  void Load(const Identity& identity, const core::Here& here);

  std::span<const core::Grant> grants() const { return grants_; }
  // Null when there is none of that id.
  const core::Grant* Find(const std::string& grant_id) const;
  std::vector<std::string> RunningIds(const core::Here& here) const;

  // Verified and converted claims come in; durable when it is OK.
  absl::Status Add(core::Grant grant, v1::Sealed sealed);
  // In memory at once, so that an end holds whatever the disk does; the status is the disk's.
  absl::Status End(const std::string& grant_id, core::GrantEnd end);
  // Where the active instance sits; empty: nowhere.
  absl::Status SetActivePort(const std::string& grant_id, const std::string& port_path);
  // As the medium's own count has it now.
  absl::Status SetWritten(const std::string& grant_id, std::uint64_t written,
                          std::uint64_t counted);
  // A grant of an earlier boot, on this boot's clock.
  absl::Status Resume(const core::GrantClaims& resumed);
  // Writes again what could not be written.
  void Retry();
  // Forgets nonces that cannot be used any more: ended, and expired a day ago by the console's
  // word.
  void Prune(const core::Here& here);
  // The earliest deadline of those that run now.
  std::optional<core::BootTime> NextDeadline(const core::Here& here) const;
  // The past is not known: grants may have been used, returned or revoked.
  bool Lost() const { return store_.Lost(StateFile::kGrants); }

 private:
  absl::Status Save();
  core::Grant* FindMutable(const std::string& grant_id);

  StateStore& store_;
  std::vector<core::Grant> grants_;
  std::vector<v1::Sealed> sealed_;  // of the same index
  bool unsaved_ = false;
};

}  // namespace sekisho::engine

#endif  // SEKISHO_AGENT_ENGINE_GRANT_BOOK_H_
