#include "platform/linux/directory_watch.h"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace sekisho::platform {
namespace {

constexpr std::uint32_t kWritten =
    IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ONLYDIR;

}  // namespace

Result<DirectoryWatch> DirectoryWatch::Start(std::string root) {
  Fd notices(inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (!notices) return LastFailure("watch files");
  return DirectoryWatch(std::move(root), std::move(notices));
}

void DirectoryWatch::Watch(const WatchedDirectories& directories) {
  for (const auto& [directory, names] : directories) {
    const int watch = inotify_add_watch(notices_.get(), (root_ + directory).c_str(), kWritten);
    if (watch >= 0) names_[watch] = names;
  }
}

TouchWatch::Touched DirectoryWatch::Drain() {
  TouchWatch::Touched touched = TouchWatch::Touched::kNothing;
  alignas(inotify_event) std::array<char, 16384> buffer;
  for (;;) {
    const ssize_t n = read(notices_.get(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return touched;
    for (ssize_t at = 0; at < n;) {
      inotify_event event;
      std::memcpy(&event, buffer.data() + at, sizeof event);
      const char* name = buffer.data() + at + sizeof event;
      at += static_cast<ssize_t>(sizeof event) + event.len;
      if ((event.mask & (IN_Q_OVERFLOW | IN_IGNORED)) != 0) {
        touched = TouchWatch::Touched::kSomething;
        names_.erase(event.wd);
        continue;
      }
      const auto names = names_.find(event.wd);
      if (names == names_.end()) continue;
      if (names->second.empty() || (event.len > 0 && names->second.contains(name))) {
        touched = TouchWatch::Touched::kSomething;
      }
    }
  }
}

}  // namespace sekisho::platform
