#include "console/rpc/stream_link.h"

#include <utility>

#include "console/rpc/context.h"

namespace sekisho::console::rpc {
namespace {

live::Outgoing ResyncMessage() {
  static const live::Outgoing message = [] {
    auto resync = std::make_shared<v1::ConnectResponse>();
    resync->mutable_resync();
    return resync;
  }();
  return message;
}

}  // namespace

void StreamLink::Send(live::Outgoing message) {
  std::lock_guard lock(mutex_);
  if (reactor_ == nullptr || finished_ || closing_ != nullptr) return;
  if (queue_.size() >= kMaxQueued) {
    queue_.clear();
    queue_.push_back(ResyncMessage());
    return;
  }
  // A Resync that waits says it all: the Status that answers it brings back what matters.
  if (!queue_.empty() && queue_.back()->has_resync()) return;
  queue_.push_back(std::move(message));
  if (writing_ == nullptr) StartWrite();
}

void StreamLink::StartWrite() {
  writing_ = std::move(queue_.front());
  queue_.pop_front();
  // One deque block is half a kilobyte, and 5,000 terminals are idle most of the time.
  if (queue_.empty()) std::deque<live::Outgoing>().swap(queue_);
  reactor_->StartWrite(writing_.get());
}

void StreamLink::Close(absl::Status status) {
  std::lock_guard lock(mutex_);
  if (reactor_ == nullptr || finished_ || closing_ != nullptr) return;
  if (writing_ == nullptr) {
    FinishNow(status);
    return;
  }
  closing_ = std::make_unique<absl::Status>(std::move(status));
  queue_.clear();
  cut_off_ = std::make_unique<grpc::Alarm>();
  cut_off_->Set(std::chrono::system_clock::now() + kLastWrite, [self = shared_from_this()](bool) {
    std::lock_guard alarm_lock(self->mutex_);
    if (self->reactor_ != nullptr && !self->finished_) self->context_->TryCancel();
  });
}

void StreamLink::FinishNow(const absl::Status& status) {
  finished_ = true;
  queue_.clear();
  reactor_->Finish(ToGrpc(status));
}

void StreamLink::OnWriteDone(bool ok) {
  std::lock_guard lock(mutex_);
  writing_ = nullptr;
  if (finished_) return;
  if (closing_ != nullptr) {
    FinishNow(*closing_);
  } else if (!ok) {
    FinishNow(absl::CancelledError("the stream is broken"));
  } else if (!queue_.empty()) {
    StartWrite();
  }
}

void StreamLink::CloseAfter(std::chrono::milliseconds limit, absl::Status status) {
  std::lock_guard lock(mutex_);
  if (reactor_ == nullptr) return;
  limit_ = std::make_unique<grpc::Alarm>();
  limit_->Set(std::chrono::system_clock::now() + limit,
              [self = shared_from_this(), status = std::move(status)](bool reached) {
                if (reached) self->Close(status);
              });
}

void StreamLink::CloseNotAfter() {
  std::unique_ptr<grpc::Alarm> limit;
  std::lock_guard lock(mutex_);
  limit = std::move(limit_);
}

void StreamLink::ReadAfter(std::chrono::milliseconds pause, v1::ConnectRequest& request) {
  std::lock_guard lock(mutex_);
  if (reactor_ == nullptr) return;
  if (pause_ == nullptr) pause_ = std::make_unique<grpc::Alarm>();
  pause_->Set(std::chrono::system_clock::now() + pause,
              [self = shared_from_this(), &request](bool) {
                std::lock_guard alarm_lock(self->mutex_);
                // Without a reactor there is no request either.
                if (self->reactor_ != nullptr && !self->finished_) {
                  self->reactor_->StartRead(&request);
                }
              });
}

void StreamLink::OnDone() {
  // Declared before the lock, so destroyed after it: an alarm's callback may be waiting for it.
  std::unique_ptr<grpc::Alarm> cut_off;
  std::unique_ptr<grpc::Alarm> pause;
  std::unique_ptr<grpc::Alarm> limit;
  std::lock_guard lock(mutex_);
  reactor_ = nullptr;
  context_ = nullptr;
  cut_off = std::move(cut_off_);
  pause = std::move(pause_);
  limit = std::move(limit_);
}

}  // namespace sekisho::console::rpc
