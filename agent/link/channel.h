#ifndef SEKISHO_AGENT_LINK_CHANNEL_H_
#define SEKISHO_AGENT_LINK_CHANNEL_H_

#include <grpcpp/channel.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "agent/link/identity.h"

namespace sekisho::link {

// A channel of its own (no connection is shared), that trusts only `ca_pem`, pings every 60 s while
// a call stands, and never retries or compresses by itself. `identity` may be null: then only the
// server is authenticated.
std::shared_ptr<grpc::Channel> MakeChannel(const std::string& address, const std::string& ca_pem,
                                           const Identity* identity);

// gRPC's codes are absl's, one to one.
absl::Status ToAbsl(const grpc::Status& status);

// Whether the connection failed because of who answered, not whether someone did.
bool IsTrustFailure(const absl::Status& status);

}  // namespace sekisho::link

#endif  // SEKISHO_AGENT_LINK_CHANNEL_H_
