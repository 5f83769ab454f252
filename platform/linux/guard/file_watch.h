#ifndef SEKISHO_PLATFORM_LINUX_GUARD_FILE_WATCH_H_
#define SEKISHO_PLATFORM_LINUX_GUARD_FILE_WATCH_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "platform/api/event_loop.h"
#include "platform/api/file_watch.h"
#include "platform/linux/directory_watch.h"
#include "platform/linux/forked_look.h"
#include "platform/linux/guard/guarded_files.h"

namespace sekisho::platform {

// A look as text: a line a file, "HASH WORD PATH", and "end" with how it was taken. Pure, and each
// the other's inverse; nothing for what is cut short.
std::string WriteLook(const GuardedFiles& look);
std::optional<GuardedFiles> ParseLook(std::string_view text);

// inotify on the directories, and looks in a child process: hashing an initramfs takes seconds. For
// a single-threaded process.
class LinuxFileWatch : public FileWatch {
 public:
  // `loop` outlives this.
  static Result<std::unique_ptr<LinuxFileWatch>> Start(EventLoop& loop, GuardPaths paths = {});

  Waitable Readable() const override { return directories_.Readable(); }
  Touched Drain() override { return directories_.Drain(); }
  void Look(std::function<void(Result<GuardedFiles>)> seen) override;

 private:
  LinuxFileWatch(EventLoop& loop, GuardPaths paths, DirectoryWatch directories);

  const GuardPaths paths_;
  DirectoryWatch directories_;
  ForkedLook look_;
};

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_GUARD_FILE_WATCH_H_
