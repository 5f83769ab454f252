#ifndef SEKISHO_AGENT_LINK_ANCHOR_WALK_H_
#define SEKISHO_AGENT_LINK_ANCHOR_WALK_H_

#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sekisho/v1/seal.pb.h"

namespace sekisho::link {

// A terminal that was away while the console changed its authority cannot verify the console's new
// certificate. What leads from the trust anchor that it holds (`held`, serialised) to one of the
// authority that the server at `address` presents, PURPOSE_TRUST_ANCHOR, oldest first; fetched from
// that server without trusting it: each is signed by the root key of the one before, the first by
// that of `held`. PERMISSION_DENIED when nothing leads there, UNAVAILABLE when nothing answers,
// CANCELLED on `stop`. Blocks for at most a minute.
absl::StatusOr<std::vector<v1::Sealed>> FetchAnchorLinks(const std::string& address,
                                                         const std::string& held,
                                                         const std::stop_token& stop);

}  // namespace sekisho::link

#endif  // SEKISHO_AGENT_LINK_ANCHOR_WALK_H_
