#include "platform/linux/event_loop.h"

#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <deque>
#include <utility>

#include "platform/linux/descriptor_fd.h"

namespace sekisho::platform {
namespace {

using std::chrono::microseconds;

constexpr BootTime kTickPeriod = std::chrono::seconds(60);
// sd-event rounds timers up to a common grid within this, to wake less often. An alarm closes
// media: a millisecond is close enough, the default of 250 is not. The tick has a beat to keep.
constexpr microseconds kAlarmAccuracy{1000};
// What sd-event says to new sources once its loop is over. Whoever stops in order still sets alarms
// on the way out; they are not to come any more.
constexpr int kHasEnded = -ESTALE;

struct EventUnref {
  void operator()(sd_event* event) const { sd_event_unref(event); }
};
struct SourceUnref {
  void operator()(sd_event_source* source) const { sd_event_source_disable_unref(source); }
};
using Source = std::unique_ptr<sd_event_source, SourceUnref>;

BootTime Now() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

// When sd-event must fire so that it is never early.
std::uint64_t Microseconds(BootTime when) {
  return static_cast<std::uint64_t>(
      std::chrono::ceil<microseconds>(std::max(when, BootTime::zero())).count());
}

// A callback whose source lives as long as the handle. It may destroy its own handle while it runs,
// so what runs is a copy.
class SourceHandle : public EventLoop::Handle {
 public:
  explicit SourceHandle(std::function<void()> callback) : callback_(std::move(callback)) {}
  void Own(sd_event_source* source) { source_.reset(source); }
  static int OnIo(sd_event_source*, int, std::uint32_t, void* self) { return Call(self); }
  static int OnTime(sd_event_source*, std::uint64_t, void* self) { return Call(self); }

 private:
  static int Call(void* self) {
    const std::function<void()> callback = static_cast<SourceHandle*>(self)->callback_;
    callback();
    return 0;
  }
  std::function<void()> callback_;
  Source source_;
};

class SdEventLoop : public EventLoop {
 public:
  SdEventLoop(sd_event* event, Fd stop) : event_(event), stop_(std::move(stop)) {}

  Outcome Prepare() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    if (const int error = pthread_sigmask(SIG_BLOCK, &signals, nullptr)) {
      return MakeFailure(error, "block SIGTERM and SIGINT");
    }
    const auto on_signal = [](sd_event_source*, const signalfd_siginfo*, void* self) {
      return sd_event_exit(static_cast<SdEventLoop*>(self)->event_.get(), 0);
    };
    const auto on_stop = [](sd_event_source*, int, std::uint32_t, void* self) {
      return sd_event_exit(static_cast<SdEventLoop*>(self)->event_.get(), 0);
    };
    const auto on_posted = [](sd_event_source*, void* self) {
      static_cast<SdEventLoop*>(self)->RunPosted();
      return 0;
    };
    sd_event_source* source = nullptr;
    for (const int number : {SIGTERM, SIGINT}) {
      if (const int r = sd_event_add_signal(event_.get(), &source, number, on_signal, this);
          r < 0) {
        return MakeFailure(-r, "watch a signal");
      }
      (number == SIGTERM ? terminate_ : interrupt_).reset(source);
    }
    if (const int r = sd_event_add_io(event_.get(), &source, stop_.get(), EPOLLIN, on_stop, this);
        r < 0) {
      return MakeFailure(-r, "watch for stop");
    }
    stop_source_.reset(source);
    if (const int r = sd_event_add_defer(event_.get(), &source, on_posted, this); r < 0) {
      return MakeFailure(-r, "prepare posting");
    }
    posted_source_.reset(source);
    sd_event_source_set_enabled(source, SD_EVENT_OFF);
    return Done{};
  }

  std::unique_ptr<Handle> WatchReadable(Waitable waitable, std::function<void()> ready) override {
    auto handle = std::make_unique<SourceHandle>(std::move(ready));
    sd_event_source* source = nullptr;
    const int r = sd_event_add_io(event_.get(), &source, static_cast<int>(waitable), EPOLLIN,
                                  SourceHandle::OnIo, handle.get());
    if (r < 0 && r != kHasEnded) {
      std::abort();  // not a descriptor that can be waited for: a bug, and a deaf agent
    }
    handle->Own(source);
    return handle;
  }

  std::unique_ptr<Handle> At(BootTime when, std::function<void()> alarm) override {
    auto handle = std::make_unique<SourceHandle>(std::move(alarm));
    sd_event_source* source = nullptr;
    const int r = sd_event_add_time(event_.get(), &source, CLOCK_BOOTTIME, Microseconds(when),
                                    kAlarmAccuracy.count(), SourceHandle::OnTime, handle.get());
    if (r < 0 && r != kHasEnded) {
      std::abort();  // an alarm that never comes would leave a medium open
    }
    handle->Own(source);
    return handle;
  }

  void Post(std::function<void()> task) override {
    tasks_.push_back(std::move(task));
    sd_event_source_set_enabled(posted_source_.get(), SD_EVENT_ON);
  }

  void Run(Tick tick) override {
    tick_ = std::move(tick);
    const auto on_tick = [](sd_event_source* source, std::uint64_t, void* self) {
      static_cast<SdEventLoop*>(self)->OnTick(source);
      return 0;
    };
    sd_event_source* source = nullptr;
    if (sd_event_add_time(event_.get(), &source, CLOCK_BOOTTIME, Microseconds(Now() + kTickPeriod),
                          kAlarmAccuracy.count(), on_tick, this) < 0) {
      std::abort();  // the service manager would kill us unfed
    }
    const Source tick_source(source);
    sd_notify(0, "READY=1");
    sd_event_loop(event_.get());
    sd_notify(0, "STOPPING=1");
  }

  void Stop() override { eventfd_write(stop_.get(), 1); }

 private:
  void OnTick(sd_event_source* source) {
    sd_notify(0, "WATCHDOG=1");
    sd_event_source_set_time(source, Microseconds(tick_()));
    sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
  }

  // Those that are posted meanwhile wait for the next turn.
  void RunPosted() {
    std::deque<std::function<void()>> tasks;
    tasks.swap(tasks_);
    for (const auto& task : tasks) task();
    if (tasks_.empty()) sd_event_source_set_enabled(posted_source_.get(), SD_EVENT_OFF);
  }

  std::unique_ptr<sd_event, EventUnref> event_;
  Fd stop_;
  Source terminate_;
  Source interrupt_;
  Source stop_source_;
  Source posted_source_;
  std::deque<std::function<void()>> tasks_;
  Tick tick_;
};

}  // namespace

Result<std::unique_ptr<EventLoop>> MakeEventLoop() {
  sd_event* event = nullptr;
  if (const int r = sd_event_new(&event); r < 0) return MakeFailure(-r, "create an event loop");
  Fd stop(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!stop) {
    sd_event_unref(event);
    return LastFailure("eventfd");
  }
  auto loop = std::make_unique<SdEventLoop>(event, std::move(stop));
  if (Outcome prepared = loop->Prepare(); !prepared.ok()) return prepared.failure();
  return std::unique_ptr<EventLoop>(std::move(loop));
}

}  // namespace sekisho::platform
