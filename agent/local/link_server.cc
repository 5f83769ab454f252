#include "agent/local/link_server.h"

#include <span>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/contract/seal.h"

namespace sekisho::local {
namespace {

constexpr int kMessagesPerTurn = 16;
constexpr char kSocket[] = "link.sock";

}  // namespace

LinkServer::LinkServer(engine::Engine& engine, platform::MessageListener& listener,
                       unsigned link_uid)
    : engine_(engine),
      listener_(listener),
      link_uid_(link_uid),
      listen_watch_(engine.loop().WatchReadable(listener.Readable(), [this] { OnConnect(); })) {}

LinkServer::~LinkServer() {
  if (socket_ != nullptr) engine_.AttachLink(nullptr);
}

absl::Status LinkServer::Send(const v1::LinkDown& message) {
  if (socket_ == nullptr) return absl::UnavailableError("no link");
  const std::string bytes = message.SerializeAsString();
  platform::Outcome sent = socket_->Send(std::as_bytes(std::span(bytes.data(), bytes.size())));
  return sent.ok() ? absl::OkStatus() : absl::UnavailableError(sent.failure().ToString());
}

void LinkServer::OnConnect() {
  platform::Result<std::unique_ptr<platform::MessageConnection>> accepted = listener_.Accept();
  if (!accepted.ok() || *accepted == nullptr) return;
  const unsigned uid = (*accepted)->Remote().uid;
  if (uid != link_uid_) {
    return engine_.ReportClient(kSocket, absl::StrCat("connection of uid ", uid));
  }
  // One at a time: the newer one, since the older may be a process that hangs.
  if (socket_ != nullptr) Drop();
  socket_ = std::move(*accepted);
  socket_watch_ = engine_.loop().WatchReadable(socket_->Readable(), [this] { OnMessage(); });
  engine_.AttachLink(this);
}

void LinkServer::OnMessage() {
  for (int i = 0; i < kMessagesPerTurn && socket_ != nullptr; ++i) {
    platform::Result<std::optional<std::vector<std::byte>>> received = socket_->Receive();
    if (!received.ok()) {
      if (received.failure().code == std::errc::message_size) {
        engine_.ReportClient(kSocket, "huge message");
      }
      return Drop();
    }
    const std::optional<std::vector<std::byte>>& message = *received;
    if (!message) return;
    if (message->empty()) return Drop();
    Take(*message);
  }
}

void LinkServer::Take(const std::vector<std::byte>& message) {
  absl::StatusOr<v1::LinkUp> up = contract::ParseStrictly<v1::LinkUp>(
      std::string_view(reinterpret_cast<const char*>(message.data()), message.size()));
  if (!up.ok()) {
    engine_.ReportClient(kSocket, "malformed message");
    return Drop();
  }
  // Its own flow control costs nothing; whatever has to be verified is counted.
  if (up->message_case() == v1::LinkUp::kSealed && !bucket_.Take(engine_.clock().Now())) {
    return engine_.ReportClient(kSocket, "too many messages");
  }
  engine_.FromLink(*up);
}

void LinkServer::Drop() {
  socket_watch_.reset();
  socket_.reset();
  engine_.AttachLink(nullptr);
}

}  // namespace sekisho::local
