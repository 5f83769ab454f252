#ifndef SEKISHO_AGENT_LINK_IDENTITY_STORE_H_
#define SEKISHO_AGENT_LINK_IDENTITY_STORE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "agent/link/identity.h"
#include "platform/api/files.h"

namespace sekisho::link {

// The link's state on disk: `identity.pem` (in use), `pending.pem` (issued by an enrolment that
// agentd has not confirmed yet) and `earlier.pem` (the last that another authority of the same
// console has issued: one that is restored from before its authority changed knows no other). All
// are for their owner only and durable when a call returns.
class IdentityStore {
 public:
  // `directory` exists. `files` outlives this.
  IdentityStore(platform::Files& files, const std::string& directory);

  // An enrolment's answer, before agentd has judged it: it must not replace an identity that works.
  absl::Status KeepPending(const Identity& identity);
  // A renewal's. The one in use becomes the earlier one if the new one is another authority's.
  absl::Status Replace(const Identity& identity);
  // The identities to try, at least one, the one in use first: each names `terminal_id` and
  // descends from one of `authorities_pem`. A pending one that does is put in use before. NOT_FOUND
  // when there is none, UNAVAILABLE when its key is in a TPM that is not here; a file that cannot
  // be read as one is set aside.
  absl::StatusOr<std::vector<Identity>> Find(std::string_view terminal_id,
                                             std::string_view authorities_pem);

 private:
  absl::StatusOr<Identity> Load(const std::string& path);
  absl::Status Write(const std::string& path, const Identity& identity);

  platform::Files& files_;
  std::string in_use_;
  std::string pending_;
  std::string earlier_;
};

}  // namespace sekisho::link

#endif  // SEKISHO_AGENT_LINK_IDENTITY_STORE_H_
