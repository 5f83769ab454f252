#ifndef SEKISHO_PLATFORM_LINUX_FILE_RECORD_WATCHED_MEDIUM_H_
#define SEKISHO_PLATFORM_LINUX_FILE_RECORD_WATCHED_MEDIUM_H_

#include <sys/types.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "platform/api/file_record.h"
#include "platform/linux/file_record/activities.h"
#include "platform/linux/file_record/actors.h"
#include "platform/linux/file_record/file_systems.h"

namespace sekisho::platform {

// One device whose files are recorded: a fanotify group of its own, with a mark on each of its file
// systems, so that a flood on one medium takes nothing from another's record. A mark goes with its
// file system and keeps nothing mounted.
class WatchedMedium {
 public:
  // The block devices of the medium; empty when it is gone.
  using Blocks = std::function<std::set<dev_t>()>;
  // `actors` outlives this.
  WatchedMedium(std::string proc, std::string port_path, Blocks blocks, Actors& actors);

  // -1 when the kernel gave no group; that was missed, and told.
  int group() const { return group_.get(); }
  FileActivities& activities() { return activities_; }
  // Marks what is mounted by now; returns the file systems that were not marked before.
  std::vector<dev_t> Look();
  // The root of one that is marked.
  Result<Fd> OpenRoot(dev_t device) const;
  std::vector<dev_t> Marked() const;
  // Files that a walk found: somebody changed them while nobody looked.
  void Found(dev_t device, const std::vector<std::string>& paths, BootTime now);
  // Takes what happened; `ours` are processes whose own reading is none.
  void Read(BootTime now, const std::set<int>& ours);
  // What was created and never closes: links and the like.
  void LookAtUnclosed(BootTime now);
  // To be hashed; the failure is one of FileRecorded::unhashed, and empty for what has no content.
  std::variant<Fd, HashOutcome> Open(const FileActivities::Job& job);
  // Whether the kernel's queue ran over since the last call.
  bool TakeOverflow() { return std::exchange(overflow_, false); }
  std::vector<FilesMissed> TakeMissed();
  // Told at most once for each cause until then.
  void Miss(std::string cause, std::uint64_t count);

 private:
  struct Mark {
    MountedAt where;
    FileSystemId id{};
  };
  // Open roots, for as long as one call takes.
  struct Roots;
  bool Add(const MountedAt& where);
  const Mark* Find(const FileSystemId& id) const;
  void Take(const FanotifyEvent& event, BootTime now, Roots& roots);
  void TakeNamed(const FanotifyEvent& event, BootTime now, const std::string& path);
  Result<Fd> OpenPath(const FileActivities::Job& job);

  const std::string proc_;
  const std::string port_path_;
  const Blocks blocks_;
  Actors& actors_;
  Fd group_;
  FileActivities activities_;
  std::map<dev_t, Mark> marked_;
  std::map<std::string, std::uint64_t> missed_;  // by cause
  std::set<dev_t> unwatchable_;                  // told
  bool overflow_ = false;
};

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_FILE_RECORD_WATCHED_MEDIUM_H_
