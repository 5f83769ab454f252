#include "agent/link/agentd_connection.h"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <cstddef>
#include <deque>
#include <span>
#include <utility>
#include <vector>

namespace sekisho::link {

namespace asio = boost::asio;

class AgentdConnection::Session final
    : public std::enable_shared_from_this<AgentdConnection::Session> {
 public:
  Session(asio::io_context& io, std::unique_ptr<platform::MessageConnection> connection,
          Handlers handlers)
      : io_(io),
        connection_(std::move(connection)),
        waiter_(io, static_cast<int>(connection_->Readable())),
        handlers_(std::move(handlers)) {}
  // The descriptor is the connection's to close.
  ~Session() { waiter_.release(); }

  void Start() { Await(); }

  void Detach() {
    detached_ = true;
    Close();
  }

  bool ready() const { return !closed_ && waiting_.empty(); }

  void Send(const v1::LinkUp& message) {
    if (closed_ || Merged(message)) return;
    waiting_.push_back(message);
    if (waiting_.size() == 1) Flush();
  }

 private:
  // What says the same as something that waits, only newer, or adds to it. Never merged into the
  // front, which may have to be sent again byte by byte as it is.
  bool Merged(const v1::LinkUp& message) {
    for (std::size_t i = 1; i < waiting_.size(); ++i) {
      v1::LinkUp& earlier = waiting_[i];
      if (earlier.message_case() != message.message_case()) continue;
      switch (message.message_case()) {
        case v1::LinkUp::kState:
        case v1::LinkUp::kWelcome:
          // Newest last: what was said in between belongs to the state before.
          waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(i));
          waiting_.push_back(message);
          return true;
        case v1::LinkUp::kTaken:
          earlier.mutable_taken()->set_count(earlier.taken().count() + message.taken().count());
          return true;
        case v1::LinkUp::kResync:
          return true;
        case v1::LinkUp::kSealed:
        case v1::LinkUp::kEnrolment:
        case v1::LinkUp::MESSAGE_NOT_SET:
          break;
      }
    }
    return false;
  }

  void Flush() {
    while (!closed_ && !waiting_.empty()) {
      const std::string bytes = waiting_.front().SerializeAsString();
      const platform::Outcome sent =
          connection_->Send(std::as_bytes(std::span(bytes.data(), bytes.size())));
      if (!sent.ok()) {
        if (sent.failure().code == std::errc::resource_unavailable_try_again) return AwaitRoom();
        return Lose(sent.failure().ToString());
      }
      waiting_.pop_front();
      if (waiting_.empty() && blocked_) {
        blocked_ = false;
        // Not from within Send: the caller is in the middle of something.
        asio::post(io_, [weak = weak_from_this()] {
          const std::shared_ptr<Session> session = weak.lock();
          if (session == nullptr || session->closed_) return;
          session->Await();
          if (!session->closed_) session->handlers_.drained();
        });
      }
    }
  }

  void AwaitRoom() {
    blocked_ = true;
    if (awaiting_room_) return;
    awaiting_room_ = true;
    waiter_.async_wait(asio::posix::stream_descriptor::wait_write,
                       [self = shared_from_this()](const boost::system::error_code& error) {
                         self->awaiting_room_ = false;
                         if (self->closed_) return;
                         if (error) return self->Lose(error.message());
                         self->Flush();
                       });
  }

  void Await() {
    if (awaiting_ || blocked_) return;
    awaiting_ = true;
    waiter_.async_wait(asio::posix::stream_descriptor::wait_read,
                       [self = shared_from_this()](const boost::system::error_code& error) {
                         self->awaiting_ = false;
                         if (self->closed_) return;
                         if (error) return self->Lose(error.message());
                         if (!self->blocked_) self->ReceiveOne();
                       });
  }

  // One a turn: the loop's other work is not starved by a busy agentd.
  void ReceiveOne() {
    platform::Result<std::optional<std::vector<std::byte>>> packet = connection_->Receive();
    if (!packet.ok()) return Lose(packet.failure().ToString());
    if (packet->has_value()) {
      const std::vector<std::byte>& bytes = **packet;
      if (bytes.empty()) return Lose("agentd closed the socket");
      v1::LinkDown message;
      if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
        return Lose("agentd's packet is not a LinkDown");
      }
      handlers_.received(std::move(message));
    }
    if (!closed_) Await();
  }

  void Close() {
    closed_ = true;
    waiter_.cancel();
  }

  // Told on the loop's next turn: whoever called Send goes on with a connection that is still
  // there.
  void Lose(const std::string& why) {
    if (closed_) return;
    Close();
    asio::post(io_, [self = shared_from_this(), why] {
      if (!self->detached_) self->handlers_.lost(why);
    });
  }

  asio::io_context& io_;
  std::unique_ptr<platform::MessageConnection> connection_;
  asio::posix::stream_descriptor waiter_;
  Handlers handlers_;
  std::deque<v1::LinkUp> waiting_;
  bool awaiting_ = false;
  bool awaiting_room_ = false;
  bool blocked_ = false;
  bool closed_ = false;    // nothing moves any more
  bool detached_ = false;  // nobody is told any more
};

AgentdConnection::AgentdConnection(asio::io_context& io,
                                   std::unique_ptr<platform::MessageConnection> connection,
                                   Handlers handlers)
    : session_(std::make_shared<Session>(io, std::move(connection), std::move(handlers))) {
  session_->Start();
}

AgentdConnection::~AgentdConnection() { session_->Detach(); }
bool AgentdConnection::ready() const { return session_->ready(); }
void AgentdConnection::Send(const v1::LinkUp& message) { session_->Send(message); }

}  // namespace sekisho::link
