#include "platform/fake/event_loop.h"

#include <poll.h>

#include <algorithm>
#include <cstdlib>
#include <utility>
#include <vector>

namespace sekisho::platform::fake {
namespace {

constexpr BootTime kTickPeriod = std::chrono::seconds(60);

// Keeps alive what the loop knows only weakly.
template <typename T>
class Keeper : public EventLoop::Handle {
 public:
  explicit Keeper(std::shared_ptr<T> kept) : kept_(std::move(kept)) {}

 private:
  std::shared_ptr<T> kept_;
};

}  // namespace

std::unique_ptr<EventLoop::Handle> ManualEventLoop::WatchReadable(Waitable waitable,
                                                                  std::function<void()> ready) {
  auto watch = std::make_shared<Watch>(Watch{waitable, std::move(ready)});
  watches_.push_back(watch);
  return std::make_unique<Keeper<Watch>>(std::move(watch));
}

std::unique_ptr<EventLoop::Handle> ManualEventLoop::At(BootTime when, std::function<void()> alarm) {
  auto entry = std::make_shared<Alarm>(Alarm{when, std::move(alarm)});
  alarms_.push_back(entry);
  return std::make_unique<Keeper<Alarm>>(std::move(entry));
}

void ManualEventLoop::Post(std::function<void()> task) {
  const std::scoped_lock lock(tasks_mutex_);
  tasks_.push_back(std::move(task));
}

void ManualEventLoop::Run(Tick tick) {
  SetTick(std::move(tick));
  stopped_ = false;
  while (!stopped_) {
    Settle();
    if (stopped_) return;
    clock_.SetNow(std::max(clock_.Now(), NextDue()));
  }
}

void ManualEventLoop::Settle() {
  for (int turn = 0; Turn(); ++turn) {
    if (turn > 100000) std::abort();
    if (stopped_) return;
  }
}

void ManualEventLoop::Advance(BootTime step) {
  const BootTime end = clock_.Now() + step;
  Settle();
  for (BootTime due = NextDue(); due <= end; due = NextDue()) {
    clock_.SetNow(std::max(clock_.Now(), due));
    Settle();
  }
  clock_.SetNow(end);
  Settle();
}

void ManualEventLoop::SetTick(Tick tick) {
  tick_ = std::move(tick);
  next_tick_ = tick_ ? clock_.Now() + kTickPeriod : BootTime::max();
}

std::size_t ManualEventLoop::alarms() const {
  return std::ranges::count_if(alarms_, [](const auto& alarm) { return !alarm.expired(); });
}

BootTime ManualEventLoop::NextDue() const {
  BootTime due = next_tick_;
  for (const std::weak_ptr<Alarm>& weak : alarms_) {
    if (const auto alarm = weak.lock(); alarm && alarm->alarm) due = std::min(due, alarm->when);
  }
  return due;
}

bool ManualEventLoop::Turn() {
  std::deque<std::function<void()>> tasks;
  {
    const std::scoped_lock lock(tasks_mutex_);
    tasks.swap(tasks_);
  }
  bool worked = !tasks.empty();
  for (const auto& task : tasks) task();

  std::erase_if(alarms_, [](const auto& alarm) { return alarm.expired(); });
  std::vector<std::weak_ptr<Alarm>> due;
  for (const auto& weak : alarms_) {
    const auto alarm = weak.lock();
    if (alarm && alarm->alarm && alarm->when <= clock_.Now()) due.push_back(weak);
  }
  std::ranges::stable_sort(due, {}, [](const auto& weak) { return weak.lock()->when; });
  for (const auto& weak : due) {
    const auto alarm = weak.lock();  // an earlier callback may have ended this one
    if (!alarm) continue;
    const auto callback = std::exchange(alarm->alarm, nullptr);
    callback();
    worked = true;
  }

  std::erase_if(watches_, [](const auto& watch) { return watch.expired(); });
  std::vector<std::weak_ptr<Watch>> watching(watches_.begin(), watches_.end());
  for (const auto& weak : watching) {
    const auto watch = weak.lock();
    if (!watch) continue;
    pollfd waited{static_cast<int>(watch->waitable), POLLIN, 0};
    if (poll(&waited, 1, 0) > 0 && waited.revents != 0) {
      // A copy: the callback may destroy its own watch.
      const auto ready = watch->ready;
      ready();
      worked = true;
    }
  }

  if (tick_ && clock_.Now() >= next_tick_) {
    next_tick_ = tick_();
    worked = true;
  }
  return worked;
}

}  // namespace sekisho::platform::fake
