#include "platform/fake/message_socket.h"

namespace sekisho::platform::fake {
namespace {

Failure Fail(int error, std::string step) {
  return {std::error_code(error, std::generic_category()), std::move(step)};
}

}  // namespace

MemoryConnection::~MemoryConnection() {
  for (const auto& pipe : {incoming_, outgoing_}) {
    pipe->closed = true;
    pipe->readable.Raise();
  }
}

Result<std::optional<std::vector<std::byte>>> MemoryConnection::Receive() {
  if (incoming_->messages.empty()) {
    if (incoming_->closed) return std::optional(std::vector<std::byte>());
    return std::optional<std::vector<std::byte>>();
  }
  std::optional message(std::move(incoming_->messages.front()));
  incoming_->messages.pop_front();
  // Stays readable at the end of the stream, as a socket does.
  if (incoming_->messages.empty() && !incoming_->closed) incoming_->readable.Lower();
  return message;
}

Outcome MemoryConnection::Send(std::span<const std::byte> message) {
  if (message.empty()) return Fail(EINVAL, "send an empty message");
  if (message.size() > kMaxMessage) return Fail(EMSGSIZE, "send");
  if (outgoing_->closed) return Fail(EPIPE, "send");
  if (outgoing_->messages.size() >= MessagePipe::kCapacity) return Fail(EAGAIN, "send");
  outgoing_->messages.emplace_back(message.begin(), message.end());
  outgoing_->readable.Raise();
  return Done{};
}

MessagePair ConnectedPair(Peer client, Peer server) {
  auto up = std::make_shared<MessagePipe>();
  auto down = std::make_shared<MessagePipe>();
  return {std::make_unique<MemoryConnection>(up, down, client),
          std::make_unique<MemoryConnection>(down, up, server)};
}

Result<std::unique_ptr<MessageConnection>> MemoryListener::Accept() {
  if (waiting_.empty()) return std::unique_ptr<MessageConnection>();
  auto connection = std::move(waiting_.front());
  waiting_.pop_front();
  if (waiting_.empty()) readable_.Lower();
  return connection;
}

std::unique_ptr<MessageConnection> MemoryListener::Connect(Peer client) {
  MessagePair pair = ConnectedPair(client);
  waiting_.push_back(std::move(pair.server));
  readable_.Raise();
  return std::move(pair.client);
}

}  // namespace sekisho::platform::fake
