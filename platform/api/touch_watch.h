#ifndef SEKISHO_PLATFORM_API_TOUCH_WATCH_H_
#define SEKISHO_PLATFORM_API_TOUCH_WATCH_H_

#include "platform/api/event_loop.h"

namespace sekisho::platform {

// Tells when something that is watched may have changed; never what.
class TouchWatch {
 public:
  virtual ~TouchWatch() = default;
  virtual Waitable Readable() const = 0;
  // Whether anything watched was touched since the last call; lost notices count as one.
  enum class Touched { kNothing, kSomething };
  virtual Touched Drain() = 0;
};

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_API_TOUCH_WATCH_H_
