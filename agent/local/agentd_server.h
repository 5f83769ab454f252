#ifndef SEKISHO_AGENT_LOCAL_AGENTD_SERVER_H_
#define SEKISHO_AGENT_LOCAL_AGENTD_SERVER_H_

#include <cstdint>
#include <map>
#include <memory>

#include "agent/engine/engine.h"
#include "platform/api/message_socket.h"
#include "proto/contract/bounds.h"

namespace sekisho::local {

// /run/sekisho/agentd.sock: any local user may connect, so everything about a connection is
// bounded. Garbage ends the connection; too many requests are refused; both are told once a minute.
class AgentdServer {
 public:
  static constexpr std::size_t kMaxConnections = 64;
  static constexpr std::size_t kMaxConnectionsPerUser = 8;
  // A person's words and a token, not more.
  static constexpr std::size_t kMaxRequestBytes = 8 * 1024;

  // Both outlive this.
  AgentdServer(engine::Engine& engine, platform::MessageListener& listener);
  ~AgentdServer();

 private:
  struct Connection;
  void OnConnect();
  void OnMessage(std::uint64_t id);
  // False when the connection is over.
  bool Take(std::uint64_t id, Connection& connection, const std::vector<std::byte>& message);
  void Send(std::uint64_t id, const v1::LocalReply& reply);
  void Drop(std::uint64_t id);
  // Each user's requests share one bucket, over however many connections.
  contract::TokenBucket& BucketOf(unsigned uid);

  engine::Engine& engine_;
  platform::MessageListener& listener_;
  std::unique_ptr<platform::EventLoop::Handle> watch_;
  std::map<std::uint64_t, std::shared_ptr<Connection>> connections_;
  std::map<unsigned, contract::TokenBucket> buckets_;
  std::uint64_t next_id_ = 0;
  // Outlived by replies that come later.
  std::shared_ptr<AgentdServer*> self_;
};

}  // namespace sekisho::local

#endif  // SEKISHO_AGENT_LOCAL_AGENTD_SERVER_H_
