#ifndef SEKISHO_PLATFORM_FAKE_EVENT_LOOP_H_
#define SEKISHO_PLATFORM_FAKE_EVENT_LOOP_H_

#include <deque>
#include <list>
#include <memory>
#include <mutex>

#include "platform/api/event_loop.h"
#include "platform/fake/clock.h"

namespace sekisho::platform::fake {

// A loop that a test turns by hand; time passes only in Advance and Run. Waitables are real
// descriptors, so fakes and real sockets can be watched alike.
class ManualEventLoop : public EventLoop {
 public:
  // `clock` outlives this.
  explicit ManualEventLoop(ManualClock& clock) : clock_(clock) {}

  std::unique_ptr<Handle> WatchReadable(Waitable waitable, std::function<void()> ready) override;
  std::unique_ptr<Handle> At(BootTime when, std::function<void()> alarm) override;
  void Post(std::function<void()> task) override;
  // Until Stop: whatever is due; when nothing is, time jumps to the next alarm or tick (60 s).
  void Run(Tick tick) override;
  void Stop() override { stopped_ = true; }
  bool stopped() const { return stopped_; }

  // Runs everything that is due now, until nothing is. Gives up (abort) after 100,000 turns: a
  // watch that never drains its descriptor is a bug worth a loud end.
  void Settle();
  // Lets time pass, stopping at each alarm and tick on the way in their order.
  void Advance(BootTime step);
  // What Run would be given; for tests that never call Run.
  void SetTick(Tick tick);
  // Alarms that are set: an idle loop has none it does not need.
  std::size_t alarms() const;

 private:
  struct Watch {
    Waitable waitable;
    std::function<void()> ready;
  };
  struct Alarm {
    BootTime when;
    std::function<void()> alarm;
  };
  // The earliest alarm or tick; BootTime::max() when there is neither.
  BootTime NextDue() const;
  bool Turn();

  ManualClock& clock_;
  std::list<std::weak_ptr<Watch>> watches_;
  std::list<std::weak_ptr<Alarm>> alarms_;
  std::mutex tasks_mutex_;
  std::deque<std::function<void()>> tasks_;
  Tick tick_;
  BootTime next_tick_ = BootTime::max();
  bool stopped_ = false;
};

}  // namespace sekisho::platform::fake

#endif  // SEKISHO_PLATFORM_FAKE_EVENT_LOOP_H_
