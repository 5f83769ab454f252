#ifndef SEKISHO_AGENT_ENGINE_LOOK_TIMER_H_
#define SEKISHO_AGENT_ENGINE_LOOK_TIMER_H_

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include "platform/api/clock.h"
#include "platform/api/event_loop.h"
#include "platform/api/touch_watch.h"

namespace sekisho::engine {

// When to look at what is watched: at the start, and after something was touched, once it has been
// quiet for a while. One look at a time; never by the clock.
class LookTimer {
 public:
  struct Pace {
    std::chrono::milliseconds quiet;
    std::chrono::milliseconds latest;  // after the first touch, however unquiet
  };
  // All outlive this. `look` begins a look, and says Ended when it has one.
  LookTimer(platform::EventLoop& loop, const platform::Clock& clock, platform::TouchWatch& watch,
            Pace pace, std::function<void()> look)
      : loop_(loop), clock_(clock), watch_(watch), pace_(pace), look_(std::move(look)) {}

  void Start();
  // At once, or as soon as the look that is under way has ended.
  void Now();
  // Whether something was touched during the look that has ended: it may have seen half of a
  // change.
  enum class Meanwhile { kQuiet, kTouched };
  Meanwhile Ended();
  void Again(std::chrono::milliseconds after);

 private:
  void Touched();
  void LookAt(platform::BootTime when);
  void Look();

  platform::EventLoop& loop_;
  const platform::Clock& clock_;
  platform::TouchWatch& watch_;
  const Pace pace_;
  const std::function<void()> look_;
  enum class Under { kNothing, kLook, kLookAndTouched } under_ = Under::kNothing;
  // When the first of the touches came that the next look is for.
  std::optional<platform::BootTime> since_;
  std::unique_ptr<platform::EventLoop::Handle> watching_;
  std::unique_ptr<platform::EventLoop::Handle> alarm_;
};

}  // namespace sekisho::engine

#endif  // SEKISHO_AGENT_ENGINE_LOOK_TIMER_H_
