#ifndef SEKISHO_AGENT_LOCAL_LINK_SERVER_H_
#define SEKISHO_AGENT_LOCAL_LINK_SERVER_H_

#include <memory>
#include <vector>

#include "agent/engine/engine.h"
#include "platform/api/message_socket.h"
#include "proto/contract/bounds.h"

namespace sekisho::local {

// /run/sekisho/link.sock: the link process, by its user, one at a time. What it carries is opaque
// until agentd has verified it; what it says itself decides nothing.
class LinkServer : public engine::LinkPort {
 public:
  // `link_uid` is the only user served. Both references outlive this.
  LinkServer(engine::Engine& engine, platform::MessageListener& listener, unsigned link_uid);
  ~LinkServer() override;

  absl::Status Send(const v1::LinkDown& message) override;

 private:
  void OnConnect();
  void OnMessage();
  void Take(const std::vector<std::byte>& message);
  void Drop();

  engine::Engine& engine_;
  platform::MessageListener& listener_;
  const unsigned link_uid_;
  contract::TokenBucket bucket_{contract::kStreamRate};
  std::unique_ptr<platform::EventLoop::Handle> listen_watch_;
  std::unique_ptr<platform::MessageConnection> socket_;
  std::unique_ptr<platform::EventLoop::Handle> socket_watch_;
};

}  // namespace sekisho::local

#endif  // SEKISHO_AGENT_LOCAL_LINK_SERVER_H_
