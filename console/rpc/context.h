#ifndef SEKISHO_CONSOLE_RPC_CONTEXT_H_
#define SEKISHO_CONSOLE_RPC_CONTEXT_H_

#include <grpcpp/grpcpp.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "console/pki/authority.h"

// What a call's context says, in the terms of the services.
namespace sekisho::console::rpc {

// Codes are the same numbers.
grpc::Status ToGrpc(const absl::Status& status);

// The terminal that the client's verified certificate names. UNAUTHENTICATED without one.
absl::StatusOr<pki::TerminalIdentity> TerminalOf(const grpc::ServerContextBase& context);

// The token of "authorization: Bearer TOKEN"; empty without it.
std::string BearerTokenOf(const grpc::ServerContextBase& context);

// The peer's IP address without the port.
std::string AddressOf(const grpc::ServerContextBase& context);

}  // namespace sekisho::console::rpc

#endif  // SEKISHO_CONSOLE_RPC_CONTEXT_H_
