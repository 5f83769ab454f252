#ifndef SEKISHO_AGENT_LINK_IDENTITY_STORE_H_
#define SEKISHO_AGENT_LINK_IDENTITY_STORE_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "agent/link/identity.h"
#include "platform/api/files.h"

namespace sekisho::link {

// The link's state on disk: `identity.pem` (in use) and `pending.pem` (issued by an enrolment that
// agentd has not confirmed yet). Both are for their owner only and durable when a call returns.
class IdentityStore {
 public:
  // `directory` exists. `files` outlives this.
  IdentityStore(platform::Files& files, const std::string& directory);

  // An enrolment's answer, before agentd has judged it: it must not replace an identity that works.
  absl::Status KeepPending(const Identity& identity);
  // A renewal's.
  absl::Status Replace(const Identity& identity);
  // The identity that names `terminal_id` and descends from one of `authorities_pem`. A pending one
  // that does is put in use first. NOT_FOUND when there is none, UNAVAILABLE when its key is in a
  // TPM that is not here; a file that cannot be read as one is set aside.
  absl::StatusOr<Identity> Find(std::string_view terminal_id, std::string_view authorities_pem);

 private:
  absl::StatusOr<Identity> Load(const std::string& path);
  absl::Status Write(const std::string& path, const Identity& identity);

  platform::Files& files_;
  std::string in_use_;
  std::string pending_;
};

}  // namespace sekisho::link

#endif  // SEKISHO_AGENT_LINK_IDENTITY_STORE_H_
