#ifndef SEKISHO_PLATFORM_LINUX_FORKED_LOOK_H_
#define SEKISHO_PLATFORM_LINUX_FORKED_LOOK_H_

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>

#include "platform/api/event_loop.h"
#include "platform/linux/descriptor_fd.h"

namespace sekisho::platform {

// Looks at something slow in a forked child at the lowest priority, so that it delays no device,
// and has what it wrote down. For a single-threaded process.
class ForkedLook {
 public:
  // `loop` outlives this. Longer text is cut off at about 4 MiB.
  explicit ForkedLook(EventLoop& loop) : loop_(loop) {}
  ~ForkedLook();
  ForkedLook(const ForkedLook&) = delete;
  ForkedLook& operator=(const ForkedLook&) = delete;

  // Runs `look` in a child; calls back once, on the loop's thread (at once with a failure to
  // start), and not at all once this is destroyed. EALREADY while one is under way. Text that
  // matters ends in a way that shows it whole: a child may die in the middle.
  void Start(std::function<std::string()> look, std::function<void(Result<std::string>)> seen);

 private:
  void Read();

  EventLoop& loop_;
  pid_t child_ = -1;
  Fd answer_;
  std::string text_;
  std::function<void(Result<std::string>)> seen_;
  std::unique_ptr<EventLoop::Handle> reading_;
};

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_FORKED_LOOK_H_
