#ifndef SEKISHO_PLATFORM_LINUX_FILE_RECORD_WALK_H_
#define SEKISHO_PLATFORM_LINUX_FILE_RECORD_WALK_H_

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "platform/api/clock.h"
#include "platform/api/event_loop.h"
#include "platform/linux/descriptor_fd.h"

namespace sekisho::platform {

using FileTime = std::chrono::sys_time<std::chrono::nanoseconds>;

// Names the regular files of a file system that were made or changed from a time on (to two
// seconds, as FAT tells it), for when nobody was there to see it: what a program sets back on
// purpose is not found. In a forked child at the lowest priority, bounded; gone with this.
class Walk {
 public:
  static constexpr std::chrono::seconds kBound{20};
  static constexpr std::size_t kMaxFound = 10'000;

  enum class End { kWhole, kCutShort };
  // Paths begin with "/". Called once, on the loop's thread; the walk may be destroyed in it.
  using Done = std::function<void(std::vector<std::string> paths, End end)>;
  // `root` is where it begins, and held until it ends. `loop` outlives this.
  Walk(EventLoop& loop, const Clock& clock, Fd root, FileTime since, Done done);
  ~Walk();
  Walk(const Walk&) = delete;
  Walk& operator=(const Walk&) = delete;

  pid_t pid() const { return child_ > 0 ? child_ : 0; }

 private:
  void Read();
  void Finish(End end);

  const Done done_;
  pid_t child_ = -1;
  Fd answer_;
  std::string text_;
  std::unique_ptr<EventLoop::Handle> reading_;
  std::unique_ptr<EventLoop::Handle> alarm_;
};

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_FILE_RECORD_WALK_H_
