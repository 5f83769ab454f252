#ifndef SEKISHO_AGENT_LINK_CHANNEL_H_
#define SEKISHO_AGENT_LINK_CHANNEL_H_

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "absl/status/status.h"
#include "agent/link/identity.h"

namespace sekisho::link {

// A channel of its own (no connection is shared), that trusts only `authorities_pem`, pings every
// 60 s while a call stands, and never retries or compresses by itself. `identity` may be null: then
// only the server is authenticated.
std::shared_ptr<grpc::Channel> MakeChannel(const std::string& address,
                                           const std::string& authorities_pem,
                                           const Identity* identity);

// A unary call, given a context with a deadline of 20 s; ended early by `stop`.
absl::Status CallWithin(const std::stop_token& stop,
                        const std::function<grpc::Status(grpc::ClientContext*)>& call);

// gRPC's codes are absl's, one to one.
absl::Status ToAbsl(const grpc::Status& status);

// Whether the connection failed because of who answered, not whether someone did.
bool IsTrustFailure(const absl::Status& status);

}  // namespace sekisho::link

#endif  // SEKISHO_AGENT_LINK_CHANNEL_H_
