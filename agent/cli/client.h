#ifndef SEKISHO_AGENT_CLI_CLIENT_H_
#define SEKISHO_AGENT_CLI_CLIENT_H_

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "platform/api/message_socket.h"
#include "sekisho/v1/local.pb.h"

namespace sekisho::cli {

// One connection to sekisho-agentd's local socket.
class Client {
 public:
  // nullopt when nobody listens there.
  static std::optional<Client> Connect(const std::string& socket);

  // The reply to `request`, or a failure: agentd's, or "agent-no-answer" after `patience`.
  std::variant<v1::LocalReply, v1::LocalFailure> Ask(v1::LocalRequest request,
                                                     std::chrono::milliseconds patience);
  // For a watch: sends, and then waits for whatever comes. nullopt: nothing within `patience`; a
  // failure "agent-not-running": the connection has ended.
  bool Send(const v1::LocalRequest& request);
  std::variant<std::optional<v1::LocalReply>, v1::LocalFailure> Next(
      std::chrono::milliseconds patience);
  // To wait for it beside something else.
  int Readable() const { return static_cast<int>(socket_->Readable()); }

 private:
  explicit Client(std::unique_ptr<platform::MessageConnection> socket)
      : socket_(std::move(socket)) {}
  std::unique_ptr<platform::MessageConnection> socket_;
};

v1::LocalFailure ClientFailure(std::string code, std::string key = "", std::string value = "");

}  // namespace sekisho::cli

#endif  // SEKISHO_AGENT_CLI_CLIENT_H_
