#include "agent/local/agentd_server.h"

#include <algorithm>
#include <span>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/engine/failure.h"
#include "agent/local/requests.h"
#include "proto/contract/seal.h"

namespace sekisho::local {
namespace {

// One turn of the loop takes this many from one connection, so that no client starves the devices.
constexpr int kMessagesPerTurn = 8;
constexpr std::size_t kMaxBuckets = 256;
constexpr char kSocket[] = "agentd.sock";

std::string_view AsView(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

struct AgentdServer::Connection {
  std::unique_ptr<platform::MessageConnection> socket;
  platform::Peer peer;
  std::unique_ptr<engine::Engine::Watcher> watcher;
  // Last, so that it goes first: nothing is called for a connection that is being taken down.
  std::unique_ptr<platform::EventLoop::Handle> watch;
};

AgentdServer::AgentdServer(engine::Engine& engine, platform::MessageListener& listener)
    : engine_(engine),
      listener_(listener),
      watch_(engine.loop().WatchReadable(listener.Readable(), [this] { OnConnect(); })),
      self_(std::make_shared<AgentdServer*>(this)) {}

AgentdServer::~AgentdServer() { *self_ = nullptr; }

void AgentdServer::OnConnect() {
  platform::Result<std::unique_ptr<platform::MessageConnection>> accepted = listener_.Accept();
  if (!accepted.ok() || *accepted == nullptr) return;
  const platform::Peer peer = (*accepted)->Remote();
  const auto of_user = std::ranges::count_if(
      connections_, [&](const auto& each) { return each.second->peer.uid == peer.uid; });
  if (connections_.size() >= kMaxConnections ||
      (peer.uid != 0 && static_cast<std::size_t>(of_user) >= kMaxConnectionsPerUser)) {
    engine_.ReportClient(kSocket, absl::StrCat("too many connections of uid ", peer.uid));
    return;  // closed by going out of scope
  }
  const std::uint64_t id = next_id_++;
  auto connection = std::make_shared<Connection>();
  connection->socket = std::move(*accepted);
  connection->peer = peer;
  connection->watch =
      engine_.loop().WatchReadable(connection->socket->Readable(), [this, id] { OnMessage(id); });
  connections_.emplace(id, std::move(connection));
}

void AgentdServer::OnMessage(std::uint64_t id) {
  for (int i = 0; i < kMessagesPerTurn; ++i) {
    const auto found = connections_.find(id);
    if (found == connections_.end()) return;
    const std::shared_ptr<Connection> connection = found->second;
    platform::Result<std::optional<std::vector<std::byte>>> received =
        connection->socket->Receive();
    if (!received.ok()) {
      if (received.failure().code == std::errc::message_size) {
        engine_.ReportClient(kSocket, absl::StrCat("huge message of uid ", connection->peer.uid));
      }
      return Drop(id);
    }
    const std::optional<std::vector<std::byte>>& message = *received;
    if (!message) return;
    if (message->empty() || !Take(id, *connection, *message)) return Drop(id);
  }
}

bool AgentdServer::Take(std::uint64_t id, Connection& connection,
                        const std::vector<std::byte>& message) {
  // Only root has more to say: a parcel.
  const std::size_t most =
      connection.peer.uid == 0 ? platform::MessageConnection::kMaxMessage : kMaxRequestBytes;
  if (message.size() > most) {
    engine_.ReportClient(kSocket, absl::StrCat("huge message of uid ", connection.peer.uid));
    return false;
  }
  if (!BucketOf(connection.peer.uid).Take(engine_.clock().Now())) {
    engine_.ReportClient(kSocket, absl::StrCat("too many requests of uid ", connection.peer.uid));
    v1::LocalReply reply;
    *reply.mutable_failure() = engine::Fail(v1::LOCAL_ERROR_TOO_FAST, "too-fast");
    Send(id, reply);
    return true;
  }
  absl::StatusOr<v1::LocalRequest> request =
      contract::ParseStrictly<v1::LocalRequest>(AsView(message));
  if (!request.ok()) {
    engine_.ReportClient(kSocket, absl::StrCat("malformed message of uid ", connection.peer.uid));
    return false;
  }
  // Replies may come after the connection, or this server, is gone.
  const std::weak_ptr<AgentdServer*> self = self_;
  Conversation conversation;
  conversation.uid = connection.peer.uid;
  conversation.reply = [self, id, request_id = request->id()](v1::LocalReply reply) {
    const std::shared_ptr<AgentdServer*> server = self.lock();
    if (server == nullptr || *server == nullptr) return;
    reply.set_id(request_id);
    (*server)->Send(id, reply);
  };
  conversation.keep = [&connection](std::unique_ptr<engine::Engine::Watcher> watcher) {
    connection.watcher = std::move(watcher);
  };
  Answer(engine_, connection.peer, *request, conversation);
  return connections_.contains(id);
}

void AgentdServer::Send(std::uint64_t id, const v1::LocalReply& reply) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  const std::string bytes = reply.SerializeAsString();
  platform::Outcome sent =
      found->second->socket->Send(std::as_bytes(std::span(bytes.data(), bytes.size())));
  // Whoever does not read what it asked for is not waited for. Not here: the connection may be in
  // the middle of something.
  if (!sent.ok()) {
    const std::weak_ptr<AgentdServer*> self = self_;
    engine_.loop().Post([self, id] {
      const std::shared_ptr<AgentdServer*> server = self.lock();
      if (server != nullptr && *server != nullptr) (*server)->Drop(id);
    });
  }
}

void AgentdServer::Drop(std::uint64_t id) { connections_.erase(id); }

contract::TokenBucket& AgentdServer::BucketOf(unsigned uid) {
  if (buckets_.size() >= kMaxBuckets && !buckets_.contains(uid)) buckets_.clear();
  return buckets_.try_emplace(uid, contract::kLocalRate).first->second;
}

}  // namespace sekisho::local
