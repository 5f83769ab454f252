#ifndef SEKISHO_PLATFORM_LINUX_DIRECTORY_WATCH_H_
#define SEKISHO_PLATFORM_LINUX_DIRECTORY_WATCH_H_

#include <map>
#include <set>
#include <string>
#include <utility>

#include "platform/api/touch_watch.h"
#include "platform/linux/descriptor_fd.h"

namespace sekisho::platform {

// Directories, each with the names that matter in it; none: every name.
using WatchedDirectories = std::map<std::string, std::set<std::string>>;

// inotify on directories: nothing wakes while nothing is written there.
class DirectoryWatch {
 public:
  // What is watched lies below `root`; "" is the machine's own.
  static Result<DirectoryWatch> Start(std::string root);
  // Of those that are there. Directories come and go: asked for again, it costs nothing for those
  // that are watched.
  void Watch(const WatchedDirectories& directories);
  Waitable Readable() const { return notices_.get(); }
  TouchWatch::Touched Drain();

 private:
  DirectoryWatch(std::string root, Fd notices)
      : root_(std::move(root)), notices_(std::move(notices)) {}
  std::string root_;
  Fd notices_;
  std::map<int, std::set<std::string>> names_;  // by watch
};

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_DIRECTORY_WATCH_H_
