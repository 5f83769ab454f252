#ifndef SEKISHO_CONSOLE_RPC_SERVER_H_
#define SEKISHO_CONSOLE_RPC_SERVER_H_

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "console/pki/authority.h"
#include "console/rpc/services.h"

namespace sekisho::console::rpc {

// Whether a terminal's certificate (PEM) is this console's; UNAUTHENTICATED when not. Called on the
// handshakes' threads.
using CheckClient = std::function<absl::Status(const std::string& certificate_pem)>;

struct ServerOptions {
  std::string listen = "[::]:7443";  // address:port; port 0 takes a free one
  pki::ServerCredentials credentials;
  // Instead of `credentials`: a PEM file with both, looked at again as often as `credentials_look`
  // says (whole seconds).
  std::string credentials_file{};
  std::chrono::seconds credentials_look{60};
  CheckClient check_client;
  // How long a stream may be open without its first message.
  std::chrono::milliseconds hello_limit = std::chrono::seconds{30};
};

// The gRPC door: one port for terminals (mutual TLS) and operators (server TLS and a bearer token).
// Header without gRPC, so that only this folder compiles against it.
class Server {
 public:
  // UNAVAILABLE when the address cannot be listened on. `services` must outlive the server.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const ServerOptions& options,
                                                       const Services& services);
  ~Server();
  int port() const;
  // Ends all streams, waiting at most this long for calls that are under way.
  void Shutdown(std::chrono::milliseconds wait);

 private:
  struct Parts;
  explicit Server(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace sekisho::console::rpc

#endif  // SEKISHO_CONSOLE_RPC_SERVER_H_
