#include "agent/cli/client.h"

#include <poll.h>

#include <span>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "platform/linux/message_socket.h"
#include "proto/contract/seal.h"

namespace sekisho::cli {

v1::LocalFailure ClientFailure(std::string code, std::string key, std::string value) {
  v1::LocalFailure failure;
  failure.set_error(v1::LOCAL_ERROR_UNAVAILABLE);
  failure.set_code(std::move(code));
  if (!key.empty()) {
    v1::Parameter* parameter = failure.add_parameters();
    parameter->set_key(std::move(key));
    parameter->set_value(std::move(value));
  }
  return failure;
}

std::optional<Client> Client::Connect(const std::string& socket) {
  platform::Result<std::unique_ptr<platform::MessageConnection>> connected =
      platform::ConnectTo(socket);
  if (!connected.ok()) return std::nullopt;
  return Client(std::move(*connected));
}

bool Client::Send(const v1::LocalRequest& request) {
  const std::string bytes = request.SerializeAsString();
  return socket_->Send(std::as_bytes(std::span(bytes.data(), bytes.size()))).ok();
}

std::variant<std::optional<v1::LocalReply>, v1::LocalFailure> Client::Next(
    std::chrono::milliseconds patience) {
  pollfd waited{static_cast<int>(socket_->Readable()), POLLIN, 0};
  const int ready = poll(&waited, 1, static_cast<int>(patience.count()));
  if (ready <= 0) return std::optional<v1::LocalReply>();
  platform::Result<std::optional<std::vector<std::byte>>> received = socket_->Receive();
  if (!received.ok()) return ClientFailure("agent-not-running");
  const std::optional<std::vector<std::byte>>& message = *received;
  if (!message) return std::optional<v1::LocalReply>();
  if (message->empty()) return ClientFailure("agent-not-running");
  v1::LocalReply reply;
  // agentd is root and newer versions of it may say more than this client knows.
  if (!reply.ParseFromArray(message->data(), static_cast<int>(message->size()))) {
    return ClientFailure("agent-no-answer");
  }
  return std::optional<v1::LocalReply>(std::move(reply));
}

std::variant<v1::LocalReply, v1::LocalFailure> Client::Ask(v1::LocalRequest request,
                                                           std::chrono::milliseconds patience) {
  request.set_id(1);
  if (!Send(request)) return ClientFailure("agent-not-running");
  const auto end = std::chrono::steady_clock::now() + patience;
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        end - std::chrono::steady_clock::now());
    if (left.count() <= 0) return ClientFailure("agent-no-answer");
    std::variant<std::optional<v1::LocalReply>, v1::LocalFailure> next = Next(left);
    if (auto* failure = std::get_if<v1::LocalFailure>(&next)) return std::move(*failure);
    std::optional<v1::LocalReply>& reply = std::get<std::optional<v1::LocalReply>>(next);
    if (!reply || reply->id() != request.id()) continue;
    if (reply->has_failure()) return reply->failure();
    return *std::move(reply);
  }
}

}  // namespace sekisho::cli
