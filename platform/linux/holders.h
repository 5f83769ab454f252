#ifndef SEKISHO_PLATFORM_LINUX_HOLDERS_H_
#define SEKISHO_PLATFORM_LINUX_HOLDERS_H_

#include <sys/types.h>

#include <set>
#include <string>
#include <vector>

#include "platform/api/devices.h"

namespace sekisho::platform {

// What counts as holding: an inode of one of these file systems (by st_dev), or one of these nodes
// (by st_rdev).
struct HeldThings {
  std::set<dev_t> file_systems;
  std::set<dev_t> block_nodes;
  std::set<dev_t> character_nodes;
  // Processes of ours that hold by order, and let go by order.
  std::set<int> left_out;
};

// Every process, except this one, that has one of them open, mapped, as its working or root
// directory, or as its executable. Asks no file system for anything (AT_STATX_DONT_SYNC), so a hung
// medium does not hang this.
Result<std::vector<Holder>> FindHolders(const std::string& proc, const HeldThings& things);

// Who that process is, whatever it holds; ESRCH when it has ended.
Result<Holder> DescribeProcess(const std::string& proc, int pid);

// SIGTERM or SIGKILL to exactly that process: ESRCH when it has ended, also if its pid is in use
// again.
Outcome EndHolder(const std::string& proc, const Holder& holder, Media::Force force);

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_HOLDERS_H_
