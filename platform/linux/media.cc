#include "platform/linux/media.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <optional>
#include <ranges>
#include <set>
#include <sstream>
#include <vector>

#include "platform/linux/descriptor_fd.h"
#include "platform/linux/device_nodes.h"
#include "platform/linux/holders.h"
#include "platform/linux/mounts.h"
#include "platform/linux/sysfs_device.h"

namespace sekisho::platform {
namespace {

constexpr std::chrono::seconds kUnmountBound{5};
// Which field of a disk's stat it is, from 1, and what a sector is there whatever the disk's are.
constexpr int kSectorsWritten = 7;
constexpr std::uint64_t kSectorBytes = 512;
constexpr std::size_t kMaxMountInfo = std::size_t{16} << 20;

std::set<dev_t> BlockNumbers(const std::vector<DeviceNode>& nodes) {
  std::set<dev_t> numbers;
  for (const DeviceNode& node : nodes) {
    if (node.kind == NodeKind::kBlock) numbers.insert(node.number);
  }
  return numbers;
}

// The mounts of `block` in the namespace that process `pid` is in.
Result<std::vector<MountLine>> MountsOf(const std::string& proc, int pid,
                                        const std::set<dev_t>& block) {
  const Result<std::string> text =
      ReadTextAt(AT_FDCWD, proc + "/" + std::to_string(pid) + "/mountinfo", kMaxMountInfo);
  if (!text.ok()) return text.failure();
  std::vector<MountLine> mounts = ParseMountInfo(*text);
  std::erase_if(mounts, [&](const MountLine& mount) { return !Shows(mount, block); });
  return mounts;
}

// For a forked child: goes into the namespace and reads what is mounted there, by paths that are
// good from its root. `proc` is held from outside, the namespace may not have one.
Result<std::vector<MountLine>> EnterAndList(const Fd& proc, const Fd& mount_namespace,
                                            const std::set<dev_t>& block) {
  if (setns(mount_namespace.get(), CLONE_NEWNS) != 0) return LastFailure("enter mount namespace");
  const Result<std::string> text = ReadTextAt(proc.get(), "self/mountinfo", kMaxMountInfo);
  if (!text.ok()) return text.failure();
  std::vector<MountLine> mounts = ParseMountInfo(*text);
  std::erase_if(mounts, [&](const MountLine& mount) { return !Shows(mount, block); });
  return mounts;
}

Outcome UnmountHere(const std::vector<MountLine>& mounts) {
  std::optional<Failure> first;
  // What was mounted last may sit on what was mounted before.
  for (const MountLine& mount : std::views::reverse(mounts)) {
    if (umount2(mount.point.c_str(), UMOUNT_NOFOLLOW) == 0) continue;
    if (errno == EINVAL || errno == ENOENT) continue;  // somebody was faster
    Failure failure = LastFailure("unmount " + mount.point);
    umount2(mount.point.c_str(), UMOUNT_NOFOLLOW | MNT_DETACH);
    if (!first) first = std::move(failure);
  }
  if (first) return *first;
  return Done{};
}

Outcome SyncNode(const DeviceNode& node) {
  const std::string path = "/dev/" + node.name;
  Result<Fd> fd = OpenAt(AT_FDCWD, path, O_RDONLY | O_NONBLOCK);
  // A node that is gone, or a drive without a medium, has nothing to flush.
  if (!fd.ok()) {
    const int error = fd.failure().code.value();
    if (error == ENOENT || error == ENXIO || error == ENOMEDIUM) return Done{};
    return fd.failure();
  }
  struct stat status{};
  if (fstat(fd->get(), &status) != 0 || status.st_rdev != node.number) return Done{};
  if (fsync(fd->get()) != 0) return LastFailure("flush " + path);
  return Done{};
}

Outcome FlushHere(const std::vector<MountLine>& mounts) {
  for (const MountLine& mount : mounts) {
    Result<Fd> root = OpenAt(AT_FDCWD, mount.point, O_RDONLY | O_DIRECTORY | O_NONBLOCK);
    if (!root.ok()) continue;  // unmounted in between; its disk is flushed below in any case
    if (syncfs(root->get()) != 0) return LastFailure("flush " + mount.point);
  }
  return Done{};
}

}  // namespace

Result<std::set<dev_t>> LinuxMedia::BlocksOf(const OpenDevice& device) {
  Result<std::vector<DeviceNode>> nodes = NodesBelow(AsSysfs(device).directory());
  if (!nodes.ok()) return nodes.failure();
  std::set<dev_t> blocks = BlockNumbers(*nodes);
  std::set<dev_t>& remembered = remembered_[device.PortPath()];
  if (!blocks.empty()) {
    remembered = blocks;
    return blocks;
  }
  // The kernel gives numbers out again: one that is somebody's disk now is not this one's.
  std::erase_if(remembered, [this](dev_t number) {
    const std::string path = sysfs_ + "/dev/block/" + std::to_string(major(number)) + ":" +
                             std::to_string(minor(number));
    return access(path.c_str(), F_OK) == 0;
  });
  return remembered;
}

Result<std::vector<Holder>> LinuxMedia::Holders(const OpenDevice& device) {
  Result<std::vector<DeviceNode>> nodes = NodesBelow(AsSysfs(device).directory());
  if (!nodes.ok()) return nodes.failure();
  HeldThings things;
  if (ours_) things.left_out = ours_();
  things.block_nodes = BlockNumbers(*nodes);
  things.file_systems = things.block_nodes;
  for (const DeviceNode& node : *nodes) {
    // Whoever listens to its keys holds no medium: it is the seat's own (logind, the display).
    if (node.name.starts_with("input/")) continue;
    if (node.kind == NodeKind::kCharacter) things.character_nodes.insert(node.number);
  }
  Result<std::vector<MountNamespace>> namespaces = MountNamespaces(proc_);
  if (!namespaces.ok()) return namespaces.failure();
  for (const MountNamespace& found : *namespaces) {
    Result<std::vector<MountLine>> mounts = MountsOf(proc_, found.pid, things.block_nodes);
    if (!mounts.ok()) continue;  // its process ended, and it with it or seen through another
    for (const MountLine& mount : *mounts) things.file_systems.insert(mount.device);
  }
  return FindHolders(proc_, things);
}

Outcome LinuxMedia::End(const Holder& holder, Force force) {
  return EndHolder(proc_, holder, force);
}

Outcome LinuxMedia::Flush(const OpenDevice& device, std::chrono::milliseconds bound) {
  Result<std::vector<DeviceNode>> nodes = NodesBelow(AsSysfs(device).directory());
  if (!nodes.ok()) return nodes.failure();
  const std::set<dev_t> block = BlockNumbers(*nodes);
  if (block.empty()) return Done{};
  Result<std::vector<MountNamespace>> namespaces = MountNamespaces(proc_);
  if (!namespaces.ok()) return namespaces.failure();
  Result<Fd> proc = OpenAt(AT_FDCWD, proc_, O_RDONLY | O_DIRECTORY);
  if (!proc.ok()) return proc.failure();

  const auto deadline = std::chrono::steady_clock::now() + bound;
  const auto left = [deadline] {
    return std::max(std::chrono::milliseconds(0),
                    std::chrono::duration_cast<std::chrono::milliseconds>(
                        deadline - std::chrono::steady_clock::now()));
  };
  const std::string step = "flush " + device.PortPath();
  for (const MountNamespace& found : *namespaces) {
    // One syncfs flushes a file system wherever it is mounted, so most namespaces are passed over.
    Result<std::vector<MountLine>> mounts = MountsOf(proc_, found.pid, block);
    if (mounts.ok() && mounts->empty()) continue;
    Outcome flushed = children_.Run(step, left(), [&]() -> Outcome {
      Result<std::vector<MountLine>> here = EnterAndList(*proc, found.handle, block);
      if (!here.ok()) return here.failure();
      return FlushHere(*here);
    });
    if (!flushed.ok()) return flushed;
  }
  return children_.Run(step, left(), [&]() -> Outcome {
    for (const DeviceNode& node : *nodes) {
      if (node.kind != NodeKind::kBlock) continue;
      if (Outcome synced = SyncNode(node); !synced.ok()) return synced;
    }
    return Done{};
  });
}

Outcome LinuxMedia::Unmount(const OpenDevice& device) {
  Result<std::set<dev_t>> blocks = BlocksOf(device);
  if (!blocks.ok()) return blocks.failure();
  const std::set<dev_t>& block = *blocks;
  if (block.empty()) return Done{};
  Result<std::vector<MountNamespace>> namespaces = MountNamespaces(proc_);
  if (!namespaces.ok()) return namespaces.failure();
  Result<Fd> proc = OpenAt(AT_FDCWD, proc_, O_RDONLY | O_DIRECTORY);
  if (!proc.ok()) return proc.failure();

  std::optional<Failure> first;
  for (const MountNamespace& found : *namespaces) {
    Result<std::vector<MountLine>> mounts = MountsOf(proc_, found.pid, block);
    if (mounts.ok() && mounts->empty()) continue;
    Outcome unmounted =
        children_.Run("unmount " + device.PortPath(), kUnmountBound, [&]() -> Outcome {
          Result<std::vector<MountLine>> here = EnterAndList(*proc, found.handle, block);
          if (!here.ok()) return here.failure();
          return UnmountHere(*here);
        });
    if (!unmounted.ok() && !first) first = unmounted.failure();
  }
  if (first) return *first;
  return Done{};
}

Result<std::uint64_t> LinuxMedia::Written(const OpenDevice& device) {
  Result<std::vector<DeviceNode>> nodes = NodesBelow(AsSysfs(device).directory());
  if (!nodes.ok()) return nodes.failure();
  std::uint64_t bytes = 0;
  for (const dev_t number : BlockNumbers(*nodes)) {
    const std::string disk = sysfs_ + "/dev/block/" + std::to_string(major(number)) + ":" +
                             std::to_string(minor(number));
    // Partitions, and what is stacked on a disk, have no device of their own.
    if (access((disk + "/device").c_str(), F_OK) != 0) continue;
    const Result<std::string> text = ReadTextAt(AT_FDCWD, disk + "/stat", 1024);
    if (!text.ok()) continue;  // it went while we looked
    std::istringstream fields(*text);
    std::uint64_t sectors = 0;
    for (int field = 0; field < kSectorsWritten; ++field) fields >> sectors;
    if (!fields) return Failure{std::make_error_code(std::errc::bad_message), "read " + disk};
    bytes += sectors * kSectorBytes;
  }
  return bytes;
}

}  // namespace sekisho::platform
