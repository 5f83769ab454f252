#ifndef SEKISHO_CONSOLE_CLOCK_H_
#define SEKISHO_CONSOLE_CLOCK_H_

#include <chrono>
#include <functional>

#include "agent/core/grant.h"

namespace sekisho::console {

using core::WallTime;

// The console's two clocks, injected so that a test can move them.
struct Clock {
  // The console's wall clock: what people read, what certificates and sessions are judged by.
  std::function<WallTime()> wall;
  // Never steps back (CLOCK_BOOTTIME): what rates and grant deadlines are computed with.
  std::function<std::chrono::nanoseconds()> steady;
};

// The operating system's clocks.
Clock SystemClock();

}  // namespace sekisho::console

#endif  // SEKISHO_CONSOLE_CLOCK_H_
