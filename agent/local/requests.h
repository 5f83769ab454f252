#ifndef SEKISHO_AGENT_LOCAL_REQUESTS_H_
#define SEKISHO_AGENT_LOCAL_REQUESTS_H_

#include <functional>
#include <memory>
#include <span>

#include "agent/engine/engine.h"
#include "platform/api/message_socket.h"
#include "sekisho/v1/local.pb.h"

namespace sekisho::local {

// Who may ask.
enum class Permitted {
  kAnyone,      // any local user
  kSeatOrRoot,  // the person in front of the terminal, and root
  kRoot,
};

// One connection's means of answering, valid as long as it is connected.
struct Conversation {
  unsigned uid = 0;  // of whoever asks
  std::function<void(v1::LocalReply)> reply;
  // Keeps the connection's watch.
  std::function<void(std::unique_ptr<engine::Engine::Watcher>)> keep;
};

// One line of the table: every request that there is.
struct RequestRule {
  v1::LocalRequest::RequestCase request;
  Permitted permitted;
  void (*answer)(engine::Engine& engine, const v1::LocalRequest& request,
                 const Conversation& conversation);
};

// The whole table. A request that is not in it is refused.
std::span<const RequestRule> RequestTable();

// Looks up, checks who asks, answers. Refusals are replies, too.
void Answer(engine::Engine& engine, const platform::Peer& peer, const v1::LocalRequest& request,
            const Conversation& conversation);

}  // namespace sekisho::local

#endif  // SEKISHO_AGENT_LOCAL_REQUESTS_H_
