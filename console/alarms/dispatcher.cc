#include "console/alarms/dispatcher.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "console/log.h"

namespace sekisho::console::alarms {
namespace {

// Events read at once.
constexpr std::uint32_t kPage = 500;
// Counted into one notice at most; the rest goes into the next.
constexpr std::uint64_t kMaxCounted = 100'000;
constexpr std::size_t kMaxError = 200;

// Wakes one thread; outlives whoever is about to.
class Waker {
 public:
  void Wake() {
    {
      std::lock_guard lock(mutex_);
      woken_ = true;
    }
    changed_.notify_one();
  }
  void Await(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, stop, [&] { return woken_; });
    woken_ = false;
  }
  void Pause(const std::stop_token& stop, std::chrono::milliseconds length) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, stop, length, [] { return false; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool woken_ = true;
};

}  // namespace

// One channel and its thread.
class Dispatcher::Way {
 public:
  Way(store::EventStore& events, store::AlarmStore& positions, std::unique_ptr<Channel> channel,
      const DispatcherOptions& options, const Clock& clock)
      : events_(events),
        positions_(positions),
        channel_(std::move(channel)),
        options_(options),
        clock_(clock),
        thread_([this](const std::stop_token& stop) { Run(stop); }) {}

  std::shared_ptr<Waker> waker() { return waker_; }

 private:
  using Steady = std::chrono::steady_clock;

  void Run(const std::stop_token& stop) {
    // What happened while nothing was running counts too.
    while (!stop.stop_requested() && !Begin().ok()) Pause(stop, options_.last_retry);
    std::chrono::milliseconds retry = options_.first_retry;
    while (!stop.stop_requested()) {
      const absl::StatusOr<bool> told = TellNext(stop);
      if (!told.ok()) {
        Pause(stop, retry);
        retry = std::min(2 * retry, options_.last_retry);
        continue;
      }
      retry = options_.first_retry;
      if (*told) {
        Pause(stop, options_.apart.value_or(channel_->apart()));
        continue;
      }
      waker_->Await(stop);
      Pause(stop, options_.gather);
    }
  }

  // The position, from the store or from now.
  absl::Status Begin() {
    absl::StatusOr<store::AlarmPosition> found = positions_.FindPosition(channel_->name());
    if (found.ok()) {
      position_ = *std::move(found);
      return absl::OkStatus();
    }
    if (!absl::IsNotFound(found.status())) return found.status();
    absl::StatusOr<std::uint64_t> newest = events_.NewestCursor();
    if (!newest.ok()) return newest.status();
    position_.channel = channel_->name();
    position_.cursor = *newest;
    return positions_.SavePosition(position_);
  }

  // False when there was nothing to tell.
  absl::StatusOr<bool> TellNext(const std::stop_token& stop) {
    Notice notice;
    notice.organisation = options_.organisation;
    // Before the look: what is stored after it is looked at the next time.
    absl::StatusOr<std::uint64_t> newest = events_.NewestCursor();
    if (!newest.ok()) return newest.status();
    std::uint64_t last = position_.cursor;
    bool whole = false;
    while (!whole && notice.more < kMaxCounted) {
      store::EventQuery query;
      query.scope.organisation_id = options_.organisation_id;
      query.kinds = options_.kinds;
      query.cursor = last;
      query.limit = kPage;
      absl::StatusOr<std::vector<store::StoredEventRecord>> page = events_.ListEvents(query);
      if (!page.ok()) return page.status();
      for (const store::StoredEventRecord& record : *page) {
        last = record.cursor;
        if (notice.alarms.size() < channel_->listed()) {
          notice.alarms.push_back(AlarmOf(record, options_.persons));
        } else {
          ++notice.more;
        }
      }
      whole = page->size() < kPage;
    }
    if (notice.alarms.empty()) {
      // Nothing of it was an alarm: it need not be read again.
      position_.cursor = std::max(position_.cursor, *newest);
      return false;
    }
    const absl::Status delivered = channel_->Deliver(notice, stop);
    if (stop.stop_requested() && !delivered.ok()) return delivered;
    NoteOutcome(delivered, last);
    if (!delivered.ok()) return delivered;
    return true;
  }

  void NoteOutcome(const absl::Status& delivered, std::uint64_t last) {
    if (delivered.ok()) {
      position_.cursor = last;
      position_.delivered_at = clock_.wall();
      position_.failed_at.reset();
      position_.error.clear();
    } else {
      const std::string error(delivered.message().substr(0, kMaxError));
      if (position_.error != error) {
        Log(Severity::kError, absl::StrCat("alarms by ", channel_->name(), " wait: ", error));
      }
      position_.failed_at = clock_.wall();
      position_.error = error;
    }
    absl::Status saved = positions_.SavePosition(position_);
    if (!saved.ok()) Log(Severity::kError, absl::StrCat("alarms: ", saved.message()));
  }

  void Pause(const std::stop_token& stop, std::chrono::milliseconds length) {
    waker_->Pause(stop, length);
  }

  store::EventStore& events_;
  store::AlarmStore& positions_;
  const std::unique_ptr<Channel> channel_;
  const DispatcherOptions options_;
  const Clock clock_;
  store::AlarmPosition position_;
  const std::shared_ptr<Waker> waker_ = std::make_shared<Waker>();
  std::jthread thread_;  // last: it uses the rest
};

Dispatcher::Dispatcher(store::EventStore& events, store::AlarmStore& positions,
                       live::Wakeups& wakeups, std::vector<std::unique_ptr<Channel>> channels,
                       DispatcherOptions options, const Clock& clock) {
  for (std::unique_ptr<Channel>& channel : channels) {
    ways_.push_back(std::make_unique<Way>(events, positions, std::move(channel), options, clock));
  }
  if (ways_.empty()) return;
  std::vector<std::shared_ptr<Waker>> wakers;
  for (const std::unique_ptr<Way>& way : ways_) wakers.push_back(way->waker());
  subscription_ = wakeups.Subscribe([wakers = std::move(wakers)] {
    for (const std::shared_ptr<Waker>& waker : wakers) waker->Wake();
  });
}

Dispatcher::~Dispatcher() { subscription_.reset(); }

}  // namespace sekisho::console::alarms
