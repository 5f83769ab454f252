#ifndef SEKISHO_PLATFORM_LINUX_FILE_RECORD_FILE_SYSTEMS_H_
#define SEKISHO_PLATFORM_LINUX_FILE_RECORD_FILE_SYSTEMS_H_

#include <sys/types.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "platform/api/result.h"
#include "platform/linux/descriptor_fd.h"
#include "platform/linux/file_record/fanotify_events.h"
#include "platform/linux/mounts.h"

namespace sekisho::platform {

// Where a file system can be reached: one of its mounts, through a process that sees it there.
struct MountedAt {
  MountLine mount;
  int pid = 0;
};

// One for each file system (by st_dev) of these block devices that is mounted in any namespace, a
// mount of its root if there is one.
Result<std::vector<MountedAt>> MountedFileSystems(const std::string& proc,
                                                  const std::set<dev_t>& block_devices);

// The root of the mount: ESTALE when something else is there by now. Follows no link, and keeps the
// mount busy as long as it is open.
Result<Fd> OpenMountRoot(const std::string& proc, const MountedAt& where);

Result<FileSystemId> IdOf(const Fd& root);

// Names files for people, while one batch of events is read: what is looked up is kept, so one that
// is kept longer gives paths of before a rename.
class PathFinder {
 public:
  // `root` is the file system's root and outlives this.
  PathFinder(const std::string& proc, const Fd& root);
  // "/directory/name"; ESTALE when the directory is gone, or cannot be found by its handle.
  Result<std::string> PathOf(const NameInDirectory& name);

 private:
  Result<std::string> DirectoryPath(const FileHandle& handle);
  std::string LinkOf(const Fd& fd) const;
  const std::string& proc_;
  const Fd& root_;
  std::string prefix_;  // what the root's own path is
  std::map<FileHandle, std::string> directories_;
};

// A file by its handle, as a path descriptor: whatever it is, nothing happens to it.
Result<Fd> OpenHandle(const Fd& root, const FileHandle& handle);

// The same by its path from the root, links not followed; and the handle that it has.
struct FoundFile {
  Fd path_descriptor;
  FileHandle handle;
};
Result<FoundFile> FindFile(const Fd& root, const std::string& path);

// A regular file to be read; EINVAL for anything else (a device node is never opened).
Result<Fd> OpenForReading(const std::string& proc, const Fd& path_descriptor);

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_FILE_RECORD_FILE_SYSTEMS_H_
