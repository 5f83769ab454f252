#ifndef SEKISHO_TESTS_UNIT_AGENT_LINK_AGENTD_PEER_H_
#define SEKISHO_TESTS_UNIT_AGENT_LINK_AGENTD_PEER_H_

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "platform/api/message_socket.h"
#include "sekisho/v1/local.pb.h"

namespace sekisho::link::test {

// agentd's end of the link's socket: a real SOCK_SEQPACKET listener, driven step by step by the
// test's thread. Every wait has a deadline (20 s) and answers with nothing when it passes.
class AgentdPeer {
 public:
  explicit AgentdPeer(std::string path);

  // Waits for the link to attach.
  bool Accept();
  // The next message, whatever it is.
  std::optional<v1::LinkUp> Receive(std::chrono::milliseconds limit = std::chrono::seconds{20});
  // The next message for which `wanted` holds; others are passed over.
  std::optional<v1::LinkUp> ReceiveUntil(const std::function<bool(const v1::LinkUp&)>& wanted);
  bool ReceiveState(v1::LinkState state);
  // False when the socket's buffer is full or the link is gone.
  bool TrySend(const v1::LinkDown& message);
  bool Send(const v1::LinkDown& message);
  bool SendSealed(const std::string& payload);
  // As when agentd dies; Listen is it coming back.
  void Die();
  void Listen();

 private:
  bool AwaitReadable(platform::Waitable waitable, std::chrono::steady_clock::time_point until);

  std::string path_;
  std::unique_ptr<platform::MessageListener> listener_;
  std::unique_ptr<platform::MessageConnection> connection_;
};

}  // namespace sekisho::link::test

#endif  // SEKISHO_TESTS_UNIT_AGENT_LINK_AGENTD_PEER_H_
