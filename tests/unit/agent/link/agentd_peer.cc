#include "tests/unit/agent/link/agentd_peer.h"

#include <poll.h>

#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

#include "platform/linux/message_socket.h"
#include "tests/unit/agent/link/test_console.h"

namespace sekisho::link::test {
namespace {

using Steady = std::chrono::steady_clock;

}  // namespace

AgentdPeer::AgentdPeer(std::string path) : path_(std::move(path)) { Listen(); }

void AgentdPeer::Listen() {
  platform::Result<std::unique_ptr<platform::MessageListener>> listener =
      platform::ListenAt(path_, {.mode = 0600, .gid = std::nullopt});
  if (!listener.ok()) throw std::runtime_error(listener.failure().ToString());
  listener_ = std::move(*listener);
}

void AgentdPeer::Die() {
  connection_.reset();
  listener_.reset();
}

bool AgentdPeer::AwaitReadable(platform::Waitable waitable, Steady::time_point until) {
  pollfd entry{static_cast<int>(waitable), POLLIN, 0};
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Steady::now());
  return left.count() > 0 && poll(&entry, 1, static_cast<int>(left.count())) > 0;
}

bool AgentdPeer::Accept() {
  const Steady::time_point until = Steady::now() + kDeadline;
  while (AwaitReadable(listener_->Readable(), until)) {
    platform::Result<std::unique_ptr<platform::MessageConnection>> connection = listener_->Accept();
    if (!connection.ok()) return false;
    if (*connection == nullptr) continue;
    connection_ = std::move(*connection);
    return true;
  }
  return false;
}

std::optional<v1::LinkUp> AgentdPeer::Receive(std::chrono::milliseconds limit) {
  const Steady::time_point until = Steady::now() + limit;
  while (AwaitReadable(connection_->Readable(), until)) {
    platform::Result<std::optional<std::vector<std::byte>>> packet = connection_->Receive();
    if (!packet.ok()) return std::nullopt;
    if (!packet->has_value()) continue;
    if ((*packet)->empty()) return std::nullopt;
    v1::LinkUp message;
    if (!message.ParseFromArray((*packet)->data(), static_cast<int>((*packet)->size()))) {
      return std::nullopt;
    }
    return message;
  }
  return std::nullopt;
}

std::optional<v1::LinkUp> AgentdPeer::ReceiveUntil(
    const std::function<bool(const v1::LinkUp&)>& wanted) {
  while (std::optional<v1::LinkUp> message = Receive()) {
    if (wanted(*message)) return message;
  }
  return std::nullopt;
}

bool AgentdPeer::ReceiveState(v1::LinkState state) {
  return ReceiveUntil([state](const v1::LinkUp& message) {
           return message.has_state() && message.state() == state;
         })
      .has_value();
}

bool AgentdPeer::TrySend(const v1::LinkDown& message) {
  const std::string bytes = message.SerializeAsString();
  return connection_->Send(std::as_bytes(std::span(bytes.data(), bytes.size()))).ok();
}

bool AgentdPeer::Send(const v1::LinkDown& message) {
  const std::string bytes = message.SerializeAsString();
  const Steady::time_point until = Steady::now() + kDeadline;
  while (Steady::now() < until) {
    const platform::Outcome sent =
        connection_->Send(std::as_bytes(std::span(bytes.data(), bytes.size())));
    if (sent.ok()) return true;
    if (sent.failure().code != std::errc::resource_unavailable_try_again) return false;
    pollfd entry{static_cast<int>(connection_->Readable()), POLLOUT, 0};
    poll(&entry, 1, 100);
  }
  return false;
}

bool AgentdPeer::SendSealed(const std::string& payload) {
  v1::LinkDown message;
  message.mutable_sealed()->set_purpose(v1::PURPOSE_REPORT);
  message.mutable_sealed()->set_payload(payload);
  return Send(message);
}

}  // namespace sekisho::link::test
