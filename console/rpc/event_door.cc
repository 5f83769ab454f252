#include "console/rpc/event_door.h"

#include <mutex>
#include <utility>

#include "console/rpc/unary.h"

namespace sekisho::console::rpc {
namespace {

constexpr char kWatchMethod[] = "sekisho.v1.EventService/WatchEvents";

// One watch. A wake only marks that there may be more; a worker reads the store and starts the one
// outstanding write, and looks again when it is done: a slow reader holds up nobody and loses
// nothing. Kept by the reactor (until OnDone) and by work that is under way.
class EventWatch : public std::enable_shared_from_this<EventWatch> {
 public:
  using Reactor = grpc::ServerWriteReactor<v1::WatchEventsResponse>;

  EventWatch(const Services& services, WorkerPool& pool, std::string token, Reactor& reactor)
      : services_(services), pool_(pool), token_(std::move(token)), reactor_(&reactor) {}

  // Authorises and starts, on a worker.
  void Begin(const v1::WatchEventsRequest& request) {
    const WorkerPool::Taken taken = pool_.Run([self = shared_from_this(), request] {
      absl::Status status = self->Open(request);
      if (!status.ok()) {
        self->Finish(status);
        return;
      }
      self->Wake();
    });
    if (taken == WorkerPool::Taken::kFull) Finish(absl::ResourceExhaustedError("busy"));
  }

  // There may be more.
  void Wake() {
    {
      std::lock_guard lock(mutex_);
      dirty_ = true;
      if (reading_ || writing_ || finished_) return;
      reading_ = true;
    }
    const WorkerPool::Taken taken = pool_.Run([self = shared_from_this()] { self->Read(); });
    if (taken == WorkerPool::Taken::kFull) {
      // The client resumes from its cursor.
      Finish(absl::ResourceExhaustedError("the console is busy: watch again from your cursor"));
    }
  }

  void OnWriteDone(bool ok) {
    {
      std::lock_guard lock(mutex_);
      writing_ = false;
      if (!dirty_ && ok) return;
    }
    if (ok) {
      Wake();
    } else {
      Finish(absl::CancelledError("the watcher has gone"));
    }
  }

  void Finish(const absl::Status& status) {
    std::lock_guard lock(mutex_);
    if (finished_ || reactor_ == nullptr) return;
    finished_ = true;
    reactor_->Finish(ToGrpc(status));
  }

  void OnDone() {
    std::unique_ptr<service::EventService::Watch> ended;
    std::lock_guard lock(mutex_);
    reactor_ = nullptr;
    finished_ = true;
    if (!reading_) ended = std::move(watch_);
  }

 private:
  absl::Status Open(const v1::WatchEventsRequest& request) {
    if (absl::Status status = contract::CheckBounds(request); !status.ok()) return status;
    absl::StatusOr<service::SessionService::SignedIn> signed_in =
        services_.sessions.Authenticate(token_);
    if (!signed_in.ok()) return signed_in.status();
    absl::Status allowed = authz::AuthoriseMethod(signed_in->caller, kWatchMethod);
    if (!allowed.ok()) return allowed;
    absl::StatusOr<std::unique_ptr<service::EventService::Watch>> watch =
        services_.events.WatchEvents(signed_in->caller, request);
    if (!watch.ok()) return watch.status();
    {
      std::lock_guard lock(mutex_);
      watch_ = *std::move(watch);
    }
    watch_->Subscribe([weak = weak_from_this()] {
      if (std::shared_ptr<EventWatch> self = weak.lock()) self->Wake();
    });
    return absl::OkStatus();
  }

  void Read() {
    {
      std::lock_guard lock(mutex_);
      dirty_ = false;
    }
    // The session may have ended meanwhile; a watch does not keep it alive.
    absl::Status status = services_.sessions.CheckStillSignedIn(token_);
    absl::StatusOr<v1::WatchEventsResponse> next;
    if (status.ok()) {
      next = watch_->Next();
      status = next.status();
    }
    if (!status.ok()) {
      StopReading();
      Finish(status);
      return;
    }
    std::unique_lock lock(mutex_);
    reading_ = false;
    if (finished_ || reactor_ == nullptr) return;
    if (next->events().empty() && !first_) {
      const bool again = dirty_;
      lock.unlock();
      if (again) Wake();
      return;
    }
    first_ = false;
    // A full page: there is probably more.
    if (!next->events().empty()) dirty_ = true;
    response_ = *std::move(next);
    writing_ = true;
    reactor_->StartWrite(&response_);
  }

  void StopReading() {
    std::lock_guard lock(mutex_);
    reading_ = false;
  }

  const Services& services_;
  WorkerPool& pool_;
  const std::string token_;
  std::mutex mutex_;
  Reactor* reactor_;
  std::unique_ptr<service::EventService::Watch> watch_;
  v1::WatchEventsResponse response_;
  bool dirty_ = false;
  bool reading_ = false;
  bool writing_ = false;
  bool finished_ = false;
  bool first_ = true;
};

class WatchReactor : public EventWatch::Reactor {
 public:
  WatchReactor(const Services& services, WorkerPool& pool, std::string token,
               const v1::WatchEventsRequest& request)
      : watch_(std::make_shared<EventWatch>(services, pool, std::move(token), *this)) {
    watch_->Begin(request);
  }
  void OnWriteDone(bool ok) override { watch_->OnWriteDone(ok); }
  void OnCancel() override { watch_->Finish(absl::CancelledError("the watcher has gone")); }
  void OnDone() override {
    watch_->OnDone();
    delete this;
  }

 private:
  const std::shared_ptr<EventWatch> watch_;
};

}  // namespace

grpc::ServerUnaryReactor* EventDoor::ListEvents(grpc::CallbackServerContext* context,
                                                const v1::ListEventsRequest* request,
                                                v1::ListEventsResponse* response) {
  return RunOperator(services_, pool_, context, "sekisho.v1.EventService/ListEvents", request,
                     response,
                     [this](const service::SessionService::SignedIn& signed_in,
                            const v1::ListEventsRequest& checked) {
                       return services_.events.ListEvents(signed_in.caller, checked);
                     });
}

grpc::ServerWriteReactor<v1::WatchEventsResponse>* EventDoor::WatchEvents(
    grpc::CallbackServerContext* context, const v1::WatchEventsRequest* request) {
  return new WatchReactor(services_, pool_, BearerTokenOf(*context), *request);
}

}  // namespace sekisho::console::rpc
