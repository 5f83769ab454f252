#ifndef SEKISHO_CONSOLE_RPC_TLS_H_
#define SEKISHO_CONSOLE_RPC_TLS_H_

#include <grpcpp/security/server_credentials.h>

#include <memory>

#include "console/rpc/server.h"

namespace sekisho::console::rpc {

// TLS of the one port. A client's certificate is asked for and, if it comes, has to descend from
// the console's authority, as ServerOptions::check_client judges; operators have none. Its validity
// period is not judged: whoever holds the key of an enrolment that stands and is not revoked is
// that terminal, also after a year in a cupboard, and renews its certificate at once (decision
// 0012). The server's own certificate is read again when its file changes; connections that stand
// keep the one they have.
std::shared_ptr<grpc::ServerCredentials> MakeServerCredentials(const ServerOptions& options);

}  // namespace sekisho::console::rpc

#endif  // SEKISHO_CONSOLE_RPC_TLS_H_
