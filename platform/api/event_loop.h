#ifndef SEKISHO_PLATFORM_API_EVENT_LOOP_H_
#define SEKISHO_PLATFORM_API_EVENT_LOOP_H_

#include <cstdint>
#include <functional>
#include <memory>

#include "platform/api/clock.h"

namespace sekisho::platform {

// Something that can be waited for (Linux: a file descriptor; Windows: a HANDLE). Not owned.
using Waitable = std::intptr_t;

// One thread, one loop. Everything here is called on the loop's thread, callbacks included, except
// Stop, which may be called from anywhere.
class EventLoop {
 public:
  // Destroying it ends the watch or the alarm.
  class Handle {
   public:
    virtual ~Handle() = default;
  };

  virtual ~EventLoop() = default;
  // Calls back as long as the handle is readable.
  virtual std::unique_ptr<Handle> WatchReadable(Waitable waitable, std::function<void()> ready) = 0;
  // Once, at or as soon as possible after `when`; earlier times fire at once. Also after a suspend
  // that slept over it.
  virtual std::unique_ptr<Handle> At(BootTime when, std::function<void()> alarm) = 0;
  // Next turn of the loop.
  virtual void Post(std::function<void()> task) = 0;
  // Calls `tick` a minute from now, and again whenever the tick before wanted the next, about a
  // minute later; feeds the service manager's watchdog with each, so that an idle loop wakes once a
  // minute. Returns after Stop; from then on watches and alarms can still be made, and none comes.
  using Tick = std::function<BootTime()>;
  virtual void Run(Tick tick) = 0;
  virtual void Stop() = 0;
};

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_API_EVENT_LOOP_H_
