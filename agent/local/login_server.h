#ifndef SEKISHO_AGENT_LOCAL_LOGIN_SERVER_H_
#define SEKISHO_AGENT_LOCAL_LOGIN_SERVER_H_

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "agent/engine/engine.h"
#include "platform/api/message_socket.h"
#include "proto/contract/bounds.h"

namespace sekisho::local {

// /run/sekisho/login.sock: pam_sekisho.so, inside whatever somebody logs in by. A connection is for
// one thing: it begins with what is asked, and an answer may follow a question and nothing else.
// Whatever is out of turn, or malformed, ends it, which the hook takes for a no.
class LoginServer {
 public:
  // A hundred people may log in at once by root's programs; everybody else's lockers share less.
  static constexpr std::size_t kMaxConnections = 256;
  static constexpr std::size_t kMaxConnectionsPerUser = 8;
  // Longer than any application lets a person type (login's and sshd's defaults are two minutes).
  static constexpr std::chrono::minutes kLongest{10};

  // Both outlive this.
  LoginServer(engine::Engine& engine, platform::MessageListener& listener);
  ~LoginServer();

 private:
  struct Connection;
  void OnConnect();
  void OnMessage(std::uint64_t id);
  // False when the connection is over.
  bool Take(Connection& connection, const std::vector<std::byte>& message);
  bool Say(Connection& connection, const platform::LoginEnvelope& said);
  void DropOld();

  engine::Engine& engine_;
  platform::MessageListener& listener_;
  std::unique_ptr<platform::EventLoop::Handle> watch_;
  std::map<std::uint64_t, std::shared_ptr<Connection>> connections_;
  std::map<unsigned, contract::TokenBucket> buckets_;
  std::uint64_t next_id_ = 0;
};

}  // namespace sekisho::local

#endif  // SEKISHO_AGENT_LOCAL_LOGIN_SERVER_H_
