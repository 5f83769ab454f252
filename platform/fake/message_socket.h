#ifndef SEKISHO_PLATFORM_FAKE_MESSAGE_SOCKET_H_
#define SEKISHO_PLATFORM_FAKE_MESSAGE_SOCKET_H_

#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "platform/api/message_socket.h"
#include "platform/fake/signal_flag.h"

namespace sekisho::platform::fake {

// One direction of a pair: bounded like a real socket buffer.
struct MessagePipe {
  static constexpr std::size_t kCapacity = 64;  // messages
  std::deque<std::vector<std::byte>> messages;
  bool closed = false;  // the writing or the reading end is gone
  SignalFlag readable;
};

class MemoryConnection : public MessageConnection {
 public:
  MemoryConnection(std::shared_ptr<MessagePipe> incoming, std::shared_ptr<MessagePipe> outgoing,
                   Peer remote)
      : incoming_(std::move(incoming)), outgoing_(std::move(outgoing)), remote_(remote) {}
  ~MemoryConnection() override;
  Waitable Readable() const override { return incoming_->readable.Readable(); }
  Peer Remote() const override { return remote_; }
  Result<std::optional<std::vector<std::byte>>> Receive() override;
  Outcome Send(std::span<const std::byte> message) override;

 private:
  std::shared_ptr<MessagePipe> incoming_;
  std::shared_ptr<MessagePipe> outgoing_;
  Peer remote_;
};

// What each end sees of the other.
struct MessagePair {
  std::unique_ptr<MessageConnection> server;
  std::unique_ptr<MessageConnection> client;
};
MessagePair ConnectedPair(Peer client, Peer server = {});

// Clients come by Connect, with whatever identity the test gives them.
class MemoryListener : public MessageListener {
 public:
  Waitable Readable() const override { return readable_.Readable(); }
  Result<std::unique_ptr<MessageConnection>> Accept() override;
  std::unique_ptr<MessageConnection> Connect(Peer client);

 private:
  std::deque<std::unique_ptr<MessageConnection>> waiting_;
  SignalFlag readable_;
};

}  // namespace sekisho::platform::fake

#endif  // SEKISHO_PLATFORM_FAKE_MESSAGE_SOCKET_H_
