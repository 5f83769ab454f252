#ifndef SEKISHO_PLATFORM_LINUX_EVENT_LOOP_H_
#define SEKISHO_PLATFORM_LINUX_EVENT_LOOP_H_

#include <memory>

#include "platform/api/event_loop.h"
#include "platform/api/result.h"

namespace sekisho::platform {

// On sd-event: CLOCK_BOOTTIME timers, SIGTERM and SIGINT end Run (they are blocked from here on in
// the calling thread: create the loop before any thread). The service manager hears READY=1 when
// Run starts, WATCHDOG=1 with every tick (each 60 s, the first 60 s after the start) and STOPPING=1
// at the end; outside of systemd nobody hears.
Result<std::unique_ptr<EventLoop>> MakeEventLoop();

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_EVENT_LOOP_H_
