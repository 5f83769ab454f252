#include "agent/link/console_stream.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/client_callback.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/link/channel.h"
#include "proto/contract/bounds.h"
#include "sekisho/v1/agent_service.grpc.pb.h"

namespace sekisho::link {

namespace asio = boost::asio;

// The reactor. gRPC's callbacks post; members are touched on io's thread only, except those that an
// operation in flight has been given (`incoming_`, `outgoing_`).
class ConsoleStream::Call final
    : public grpc::ClientBidiReactor<v1::ConnectRequest, v1::ConnectResponse>,
      public std::enable_shared_from_this<ConsoleStream::Call> {
 public:
  Call(asio::io_context& io, std::shared_ptr<grpc::Channel> channel, const v1::Hello& hello,
       Limits limits, Handlers handlers)
      : io_(io),
        work_(io.get_executor()),
        timer_(io),
        stub_(v1::AgentService::NewStub(std::move(channel))),
        hello_(hello),
        limits_(limits),
        handlers_(std::move(handlers)) {}

  void Start() {
    self_ = shared_from_this();
    stub_->async()->Connect(&context_, this);
    // Writes and later reads start outside the reactor's own callbacks.
    AddHold();
    *outgoing_.mutable_hello() = hello_;
    writing_ = true;
    StartWrite(&outgoing_);
    StartRead(&incoming_);
    StartCall();
    Arm(limits_.welcome, "no Welcome in time");
  }

  void Send(v1::Sealed sealed) {
    if (ended_) return;
    if (queue_.size() >= kMaxQueued) {
      queue_.clear();
      dropped_ = true;
    }
    // What follows a gap would be refused by the console, or sent twice.
    if (dropped_) return;
    queue_.push_back(std::move(sealed));
    WriteNext();
  }

  void ReadNext() {
    if (ended_ || reading_) return;
    reading_ = true;
    StartRead(&incoming_);
  }

  void Close(absl::Status why) {
    if (ended_) return;
    ended_ = true;
    why_ = std::move(why);
    Disarm();
    queue_.clear();
    context_.TryCancel();
    RemoveHold();
  }

  void Detach() {
    detached_ = true;
    Close(absl::CancelledError("closed here"));
  }

  // ---- gRPC's threads.
  void OnReadDone(bool ok) override {
    asio::post(io_, [this, ok] { ReadDone(ok); });
  }
  void OnWriteDone(bool ok) override {
    asio::post(io_, [this, ok] { WriteDone(ok); });
  }
  void OnDone(const grpc::Status& status) override {
    asio::post(io_, [this, status = ToAbsl(status)] { Done(status); });
  }

 private:
  // A failed operation says nothing by itself: OnDone, which the removed hold lets come, has the
  // status.
  void EndOfStream() {
    if (ended_) return;
    ended_ = true;
    Disarm();
    queue_.clear();
    RemoveHold();
  }

  void ReadDone(bool ok) {
    reading_ = false;
    if (!ok) return EndOfStream();
    if (ended_) return;
    if (!welcomed_) return TakeWelcome();
    switch (incoming_.message_case()) {
      case v1::ConnectResponse::kSealed:
        if (incoming_.sealed().ByteSizeLong() > contract::kMaxSealedPayload + 1024) {
          return Close(absl::InvalidArgumentError("the console's message is over its bound"));
        }
        handlers_.sealed(std::move(*incoming_.mutable_sealed()));
        return;
      case v1::ConnectResponse::kResync:
        handlers_.resync();
        return ReadNext();
      case v1::ConnectResponse::kWelcome:
      case v1::ConnectResponse::MESSAGE_NOT_SET:
        return Close(absl::InvalidArgumentError("the console's message is out of turn"));
    }
  }

  void TakeWelcome() {
    if (incoming_.message_case() != v1::ConnectResponse::kWelcome) {
      return Close(absl::InvalidArgumentError("the console's first message is not Welcome"));
    }
    const v1::Welcome welcome = incoming_.welcome();
    if (welcome.protocol() < hello_.oldest_protocol() ||
        welcome.protocol() > hello_.newest_protocol()) {
      return Close(absl::UnimplementedError(
          absl::StrCat("the console speaks protocol ", welcome.protocol(), ", this agent ",
                       hello_.oldest_protocol(), " to ", hello_.newest_protocol())));
    }
    welcomed_ = true;
    if (writing_) {
      Arm(limits_.write, "the console does not read");
    } else {
      Disarm();
    }
    handlers_.welcomed(welcome);
    ReadNext();
    WriteNext();
  }

  void WriteNext() {
    if (ended_ || !welcomed_ || writing_ || queue_.empty()) return;
    writing_ = true;
    *outgoing_.mutable_sealed() = std::move(queue_.front());
    queue_.pop_front();
    Arm(limits_.write, "the console does not read");
    StartWrite(&outgoing_);
  }

  void WriteDone(bool ok) {
    writing_ = false;
    if (!ok) return EndOfStream();
    if (ended_) return;
    if (welcomed_) Disarm();
    if (outgoing_.has_sealed()) handlers_.taken();
    if (dropped_ && !ended_) {
      dropped_ = false;
      handlers_.resync();
    }
    WriteNext();
  }

  void Done(absl::Status status) {
    EndOfStream();
    if (why_.has_value()) status = *std::move(why_);
    if (status.ok()) status = absl::UnavailableError("the console ended the stream");
    Handlers handlers = std::exchange(handlers_, {});
    work_.reset();
    const std::shared_ptr<Call> self = std::move(self_);  // the last thing to go
    if (!detached_) handlers.closed(status);
  }

  void Arm(std::chrono::milliseconds limit, const char* what) {
    // A handler that is already queued cannot be cancelled: the number tells it that it is stale.
    const unsigned number = ++armed_;
    timer_.expires_after(limit);
    timer_.async_wait(
        [weak = weak_from_this(), number, what](const boost::system::error_code& error) {
          const std::shared_ptr<Call> call = weak.lock();
          if (error || call == nullptr || call->armed_ != number) return;
          call->Close(absl::DeadlineExceededError(what));
        });
  }

  void Disarm() {
    ++armed_;
    timer_.cancel();
  }

  asio::io_context& io_;
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  asio::steady_timer timer_;
  std::unique_ptr<v1::AgentService::Stub> stub_;
  grpc::ClientContext context_;
  const v1::Hello hello_;
  const Limits limits_;
  Handlers handlers_;
  std::shared_ptr<Call> self_;  // from Start to Done

  v1::ConnectResponse incoming_;
  v1::ConnectRequest outgoing_;
  std::deque<v1::Sealed> queue_;
  std::optional<absl::Status> why_;
  unsigned armed_ = 0;
  bool reading_ = true;
  bool writing_ = false;
  bool welcomed_ = false;
  bool dropped_ = false;
  bool ended_ = false;
  bool detached_ = false;
};

ConsoleStream::ConsoleStream(asio::io_context& io, std::shared_ptr<grpc::Channel> channel,
                             const v1::Hello& hello, Limits limits, Handlers handlers)
    : call_(std::make_shared<Call>(io, std::move(channel), hello, limits, std::move(handlers))) {
  call_->Start();
}

ConsoleStream::~ConsoleStream() { call_->Detach(); }
void ConsoleStream::Send(v1::Sealed sealed) { call_->Send(std::move(sealed)); }
void ConsoleStream::ReadNext() { call_->ReadNext(); }
void ConsoleStream::Close(absl::Status why) { call_->Close(std::move(why)); }

}  // namespace sekisho::link
