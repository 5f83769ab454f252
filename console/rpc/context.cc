#include "console/rpc/context.h"

#include <grpc/grpc_security_constants.h>

#include "console/log.h"

namespace sekisho::console::rpc {

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const auto code = static_cast<grpc::StatusCode>(status.code());
  // What went wrong inside is for the journal, not for the caller.
  if (code == grpc::StatusCode::INTERNAL || code == grpc::StatusCode::DATA_LOSS) {
    Log(Severity::kError, std::string(status.message()));
    return {code, "the console failed; its log says why (journalctl -u sekisho-console)"};
  }
  return {code, std::string(status.message())};
}

absl::StatusOr<pki::TerminalIdentity> TerminalOf(const grpc::ServerContextBase& context) {
  const std::shared_ptr<const grpc::AuthContext> auth = context.auth_context();
  absl::Status none =
      absl::UnauthenticatedError("a terminal's certificate is needed: enrol it first");
  if (auth == nullptr || !auth->IsPeerAuthenticated()) return none;
  for (const grpc::string_ref& uri : auth->FindPropertyValues(GRPC_PEER_URI_PROPERTY_NAME)) {
    absl::StatusOr<pki::TerminalIdentity> identity =
        pki::IdentityOf(std::string(uri.data(), uri.size()));
    if (identity.ok()) return identity;
  }
  return none;
}

std::string BearerTokenOf(const grpc::ServerContextBase& context) {
  static constexpr char kPrefix[] = "Bearer ";
  const auto found = context.client_metadata().find("authorization");
  if (found == context.client_metadata().end()) return "";
  std::string value(found->second.data(), found->second.size());
  return value.rfind(kPrefix, 0) == 0 ? value.substr(sizeof(kPrefix) - 1) : "";
}

std::string AddressOf(const grpc::ServerContextBase& context) {
  // "ipv4:127.0.0.1:1234", "ipv6:%5B::1%5D:1234".
  std::string peer = context.peer();
  const std::size_t begin = peer.find(':');
  const std::size_t end = peer.rfind(':');
  if (begin == std::string::npos || end <= begin) return peer;
  return peer.substr(begin + 1, end - begin - 1);
}

}  // namespace sekisho::console::rpc
