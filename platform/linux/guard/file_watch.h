#ifndef SEKISHO_PLATFORM_LINUX_GUARD_FILE_WATCH_H_
#define SEKISHO_PLATFORM_LINUX_GUARD_FILE_WATCH_H_

#include <sys/types.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "platform/api/file_watch.h"
#include "platform/linux/descriptor_fd.h"
#include "platform/linux/guard/guarded_files.h"

namespace sekisho::platform {

// A look as text: a line a file, "HASH WORD PATH", and "end" with how it was taken. Pure, and each
// the other's inverse; nothing for what is cut short.
std::string WriteLook(const GuardedFiles& look);
std::optional<GuardedFiles> ParseLook(std::string_view text);

// inotify on the directories: nothing wakes while nothing is written there. A look is taken by a
// forked child at the lowest priority, so that hashing an initramfs delays no device. For a
// single-threaded process.
class LinuxFileWatch : public FileWatch {
 public:
  // `loop` outlives this.
  static Result<std::unique_ptr<LinuxFileWatch>> Start(EventLoop& loop, GuardPaths paths = {});
  ~LinuxFileWatch() override;
  LinuxFileWatch(const LinuxFileWatch&) = delete;
  LinuxFileWatch& operator=(const LinuxFileWatch&) = delete;

  Waitable Readable() const override { return notices_.get(); }
  Touched Drain() override;
  void Look(std::function<void(Result<GuardedFiles>)> seen) override;

 private:
  LinuxFileWatch(EventLoop& loop, GuardPaths paths, Fd notices)
      : loop_(loop), paths_(std::move(paths)), notices_(std::move(notices)) {}
  // Directories come and go: asked for again at each look, which costs nothing for those watched.
  void WatchDirectories();
  void Read();
  void Finish(Result<GuardedFiles> result);

  EventLoop& loop_;
  const GuardPaths paths_;
  const Fd notices_;
  std::map<int, std::set<std::string>> names_;  // by watch
  pid_t child_ = -1;
  Fd answer_;
  std::string text_;
  std::function<void(Result<GuardedFiles>)> seen_;
  std::unique_ptr<EventLoop::Handle> reading_;
};

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_GUARD_FILE_WATCH_H_
