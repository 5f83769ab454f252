#ifndef SEKISHO_PLATFORM_LINUX_MOUNTS_H_
#define SEKISHO_PLATFORM_LINUX_MOUNTS_H_

#include <sys/types.h>

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "platform/api/result.h"
#include "platform/linux/descriptor_fd.h"

namespace sekisho::platform {

// One line of mountinfo (proc(5)).
struct MountLine {
  std::uint64_t id = 0;
  dev_t device = 0;    // st_dev of what is in it; of no block device for btrfs and its like
  std::string point;   // unescaped
  std::string source;  // unescaped; "/dev/sda1"
  std::string root{};  // unescaped; what of the file system is mounted, "/" for all of it
  friend bool operator==(const MountLine&, const MountLine&) = default;
};

// Pure; lines that are not mountinfo are left out. In the order of the file: what is mounted later
// stands later.
std::vector<MountLine> ParseMountInfo(std::string_view text);

// A mount namespace, with one of the processes in it.
struct MountNamespace {
  ino_t id = 0;
  int pid = 0;
  Fd handle;  // of /proc/PID/ns/mnt
};

// Every mount namespace that some process is in. Those that nothing but a bind mount or a
// descriptor keeps alive are not found.
Result<std::vector<MountNamespace>> MountNamespaces(const std::string& proc);

// Whether a mount shows one of these block devices: by its st_dev, or by the node it was mounted
// from (btrfs, overlay).
bool Shows(const MountLine& mount, const std::set<dev_t>& block_devices);

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_MOUNTS_H_
