#include "platform/linux/file_record/file_systems.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace sekisho::platform {
namespace {

constexpr std::size_t kMaxMountInfo = std::size_t{16} << 20;

std::string ProcessPath(const std::string& proc, int pid) {
  return proc + "/" + (pid == 0 ? "self" : std::to_string(pid));
}

void AddMounts(const std::string& proc, int pid, const std::set<dev_t>& block_devices,
               std::map<dev_t, MountedAt>& found) {
  const Result<std::string> text =
      ReadTextAt(AT_FDCWD, ProcessPath(proc, pid) + "/mountinfo", kMaxMountInfo);
  if (!text.ok()) return;  // it ended
  for (MountLine& mount : ParseMountInfo(*text)) {
    if (!Shows(mount, block_devices)) continue;
    const auto known = found.find(mount.device);
    const bool better =
        known == found.end() || (known->second.mount.root != "/" && mount.root == "/");
    if (better) found.insert_or_assign(mount.device, MountedAt{mount, pid});
  }
}

}  // namespace

Result<std::vector<MountedAt>> MountedFileSystems(const std::string& proc,
                                                  const std::set<dev_t>& block_devices) {
  std::map<dev_t, MountedAt> found;
  if (block_devices.empty()) return std::vector<MountedAt>();
  // Our own namespace is the one that people's media are mounted in.
  AddMounts(proc, 0, block_devices, found);
  Result<std::vector<MountNamespace>> namespaces = MountNamespaces(proc);
  if (!namespaces.ok()) return namespaces.failure();
  for (const MountNamespace& each : *namespaces) AddMounts(proc, each.pid, block_devices, found);
  std::vector<MountedAt> mounted;
  for (auto& [device, where] : found) mounted.push_back(std::move(where));
  return mounted;
}

Result<Fd> OpenMountRoot(const std::string& proc, const MountedAt& where) {
  const std::string step = "open " + where.mount.point;
  // No openat2: RestrictSUIDSGID= of our unit refuses it. What a link on the way leads to is
  // another mount, which shows below.
  Result<Fd> root = OpenAt(AT_FDCWD, ProcessPath(proc, where.pid) + "/root" + where.mount.point,
                           O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_NOFOLLOW);
  if (!root.ok()) return root.failure();
  // Something else may be mounted over it.
  struct statx status {};
  if (statx(root->get(), "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_MNT_ID, &status) != 0) {
    return LastFailure(step);
  }
  if ((status.stx_mask & STATX_MNT_ID) == 0 || status.stx_mnt_id != where.mount.id) {
    return MakeFailure(ESTALE, step);
  }
  return root;
}

Result<FileSystemId> IdOf(const Fd& root) {
  struct statfs status {};
  if (fstatfs(root.get(), &status) != 0) return LastFailure("ask a file system who it is");
  FileSystemId id{};
  static_assert(sizeof status.f_fsid == id.size());
  std::memcpy(id.data(), &status.f_fsid, id.size());
  return id;
}

Result<Fd> OpenHandle(const Fd& root, const FileHandle& handle) {
  union {
    file_handle head;
    std::array<char, sizeof(file_handle) + MAX_HANDLE_SZ> room;
  } wanted{};
  if (handle.bytes.empty() || handle.bytes.size() > MAX_HANDLE_SZ) {
    return MakeFailure(ESTALE, "open a file by its handle");
  }
  wanted.head.handle_bytes = static_cast<unsigned>(handle.bytes.size());
  wanted.head.handle_type = handle.type;
  std::memcpy(wanted.room.data() + sizeof(file_handle), handle.bytes.data(), handle.bytes.size());
  Fd fd(open_by_handle_at(root.get(), &wanted.head, O_PATH | O_CLOEXEC));
  if (!fd) return LastFailure("open a file by its handle");
  return fd;
}

Result<FoundFile> FindFile(const Fd& root, const std::string& path) {
  const std::string step = "find a file";
  FoundFile found;
  Result<Fd> here = OpenAt(root.get(), ".", O_PATH | O_DIRECTORY);
  for (std::size_t start = 0; here.ok() && start < path.size();) {
    const std::size_t end = std::min(path.find('/', start), path.size());
    const std::string name = path.substr(start, end - start);
    start = end + 1;
    if (name.empty()) continue;
    if (name == "..") return MakeFailure(EXDEV, step);
    const int kind = end < path.size() ? O_DIRECTORY : 0;
    here = OpenAt(here->get(), name, O_PATH | O_NOFOLLOW | kind);
  }
  if (!here.ok()) return here.failure();
  found.path_descriptor = std::move(*here);
  union {
    file_handle head;
    std::array<char, sizeof(file_handle) + MAX_HANDLE_SZ> room;
  } handle{};
  handle.head.handle_bytes = MAX_HANDLE_SZ;
  int mount = 0;
  if (name_to_handle_at(found.path_descriptor.get(), "", &handle.head, &mount, AT_EMPTY_PATH) !=
      0) {
    return LastFailure(step);
  }
  found.handle.type = handle.head.handle_type;
  found.handle.bytes.assign(handle.room.data() + sizeof(file_handle), handle.head.handle_bytes);
  return found;
}

Result<Fd> OpenForReading(const std::string& proc, const Fd& path_descriptor) {
  struct stat status {};
  if (fstat(path_descriptor.get(), &status) != 0) return LastFailure("look at a file");
  if (!S_ISREG(status.st_mode)) return MakeFailure(EINVAL, "not a regular file");
  return OpenAt(AT_FDCWD, proc + "/self/fd/" + std::to_string(path_descriptor.get()),
                O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOATIME);
}

PathFinder::PathFinder(const std::string& proc, const Fd& root)
    : proc_(proc), root_(root), prefix_(LinkOf(root)) {
  if (prefix_ == "/") prefix_.clear();
}

std::string PathFinder::LinkOf(const Fd& fd) const {
  std::array<char, 8192> target;
  const std::string link = proc_ + "/self/fd/" + std::to_string(fd.get());
  const ssize_t n = readlink(link.c_str(), target.data(), target.size());
  return n <= 0 ? std::string() : std::string(target.data(), static_cast<std::size_t>(n));
}

Result<std::string> PathFinder::DirectoryPath(const FileHandle& handle) {
  const auto known = directories_.find(handle);
  if (known != directories_.end()) return known->second;
  Result<Fd> directory = OpenHandle(root_, handle);
  if (!directory.ok()) return directory.failure();
  std::string path = LinkOf(*directory);
  struct stat status {};
  constexpr std::string_view kDeleted = " (deleted)";
  if (path.ends_with(kDeleted) && fstat(directory->get(), &status) == 0 && status.st_nlink == 0) {
    path.resize(path.size() - kDeleted.size());
  }
  if (!path.starts_with(prefix_)) return MakeFailure(ESTALE, "find a directory's path");
  path.erase(0, prefix_.size());
  if (!path.ends_with('/')) path += '/';
  return directories_.emplace(handle, std::move(path)).first->second;
}

Result<std::string> PathFinder::PathOf(const NameInDirectory& name) {
  Result<std::string> directory = DirectoryPath(name.directory);
  if (!directory.ok()) return directory.failure();
  return name.name == "." ? *directory : *directory + name.name;
}

}  // namespace sekisho::platform
