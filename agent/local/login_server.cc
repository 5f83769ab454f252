#include "agent/local/login_server.h"

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"

namespace sekisho::local {
namespace {

using platform::LoginEnvelope;
using Kind = LoginEnvelope::Kind;

constexpr char kSocket[] = "login.sock";
constexpr std::size_t kMaxBuckets = 256;

}  // namespace

struct LoginServer::Connection {
  std::unique_ptr<platform::MessageConnection> socket;
  platform::Peer peer;
  platform::BootTime since{};
  // Whose turn it is: at first the hook's, to say what it wants; then, while there is a talk, the
  // person's.
  bool begun = false;
  engine::LoginDesk::TalkPtr talk;
  std::unique_ptr<platform::EventLoop::Handle> watch;
};

LoginServer::LoginServer(engine::Engine& engine, platform::MessageListener& listener)
    : engine_(engine),
      listener_(listener),
      watch_(engine.loop().WatchReadable(listener.Readable(), [this] { OnConnect(); })) {}

LoginServer::~LoginServer() = default;

void LoginServer::OnConnect() {
  platform::Result<std::unique_ptr<platform::MessageConnection>> accepted = listener_.Accept();
  if (!accepted.ok() || *accepted == nullptr) return;
  DropOld();
  const platform::Peer peer = (*accepted)->Remote();
  const auto of_user = std::ranges::count_if(
      connections_, [&](const auto& each) { return each.second->peer.uid == peer.uid; });
  const bool too_many = peer.uid == 0
                            ? static_cast<std::size_t>(of_user) >= kMaxConnections
                            : static_cast<std::size_t>(of_user) >= kMaxConnectionsPerUser ||
                                  connections_.size() >= 2 * kMaxConnections;
  if (too_many) {
    return engine_.ReportClient(kSocket, absl::StrCat("too many connections of uid ", peer.uid));
  }
  const std::uint64_t id = next_id_++;
  auto connection = std::make_shared<Connection>();
  connection->socket = std::move(*accepted);
  connection->peer = peer;
  connection->since = engine_.clock().Now();
  connection->watch =
      engine_.loop().WatchReadable(connection->socket->Readable(), [this, id] { OnMessage(id); });
  connections_.emplace(id, std::move(connection));
}

void LoginServer::DropOld() {
  const platform::BootTime now = engine_.clock().Now();
  std::erase_if(connections_,
                [now](const auto& each) { return now - each.second->since > kLongest; });
}

void LoginServer::OnMessage(std::uint64_t id) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  const std::shared_ptr<Connection> connection = found->second;
  platform::Result<std::optional<std::vector<std::byte>>> received = connection->socket->Receive();
  if (received.ok() && !received->has_value()) return;
  const bool goes_on = received.ok() && !(*received)->empty() && Take(*connection, **received);
  if (!goes_on) connections_.erase(id);
}

bool LoginServer::Take(Connection& connection, const std::vector<std::byte>& message) {
  const unsigned uid = connection.peer.uid;
  const std::optional<LoginEnvelope> envelope = platform::ReadLoginEnvelope(
      std::string_view(reinterpret_cast<const char*>(message.data()), message.size()));
  if (!envelope) {
    engine_.ReportClient(kSocket, absl::StrCat("malformed message of uid ", uid));
    return false;
  }
  // Each request once, in its turn.
  const bool answers = envelope->kind == Kind::kAnswer;
  if (answers != (connection.talk != nullptr) ||
      (!answers && std::exchange(connection.begun, true))) {
    engine_.ReportClient(kSocket, absl::StrCat("message out of turn of uid ", uid));
    return false;
  }
  if (answers) {
    const LoginEnvelope said = engine_.logins().Answer(*connection.talk, envelope->text);
    return Say(connection, said) && said.kind != Kind::kVerdict;
  }
  // Root's programs ask as often as somebody tries to get in; a person's own are held to a rate.
  if (uid != 0) {
    if (buckets_.size() >= kMaxBuckets && !buckets_.contains(uid)) buckets_.clear();
    auto& bucket = buckets_.try_emplace(uid, contract::kLocalRate).first->second;
    if (!bucket.Take(engine_.clock().Now())) {
      engine_.ReportClient(kSocket, absl::StrCat("too many requests of uid ", uid));
      return false;
    }
  }
  switch (envelope->kind) {
    case Kind::kAuthenticate: {
      engine::LoginDesk::Begun begun = engine_.logins().Begin(connection.peer, *envelope);
      connection.talk = std::move(begun.talk);
      return Say(connection, begun.said) && connection.talk != nullptr;
    }
    case Kind::kAccount:
      (void)Say(connection, engine_.logins().Account(connection.peer, *envelope));
      return false;
    case Kind::kOpenSession:
    case Kind::kCloseSession:
      (void)Say(connection, engine_.logins().Session(connection.peer, *envelope));
      return false;
    case Kind::kAnswer:
    case Kind::kShownQuestion:
    case Kind::kHiddenQuestion:
    case Kind::kVerdict:
      break;
  }
  engine_.ReportClient(kSocket, absl::StrCat("message out of turn of uid ", uid));
  return false;
}

bool LoginServer::Say(Connection& connection, const LoginEnvelope& said) {
  const std::optional<std::string> packet = platform::WriteLoginEnvelope(said);
  if (!packet) return false;
  return connection.socket->Send(std::as_bytes(std::span(packet->data(), packet->size()))).ok();
}

}  // namespace sekisho::local
