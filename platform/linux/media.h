#ifndef SEKISHO_PLATFORM_LINUX_MEDIA_H_
#define SEKISHO_PLATFORM_LINUX_MEDIA_H_

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "platform/api/devices.h"
#include "platform/linux/children.h"

namespace sekisho::platform {

// Needs CAP_SYS_ADMIN, CAP_SYS_PTRACE, CAP_KILL, and the host's mount namespace.
class LinuxMedia : public Media {
 public:
  // `proc` is "/proc" and `sysfs` "/sys", but for tests.
  explicit LinuxMedia(std::string proc = "/proc", std::string sysfs = "/sys")
      : proc_(std::move(proc)), sysfs_(std::move(sysfs)) {}
  // Processes of ours that are no holders, asked each time.
  void LeaveOut(std::function<std::set<int>()> ours) { ours_ = std::move(ours); }
  Result<std::vector<Holder>> Holders(const OpenDevice& device) override;
  Outcome End(const Holder& holder, Force force) override;
  Outcome Flush(const OpenDevice& device, std::chrono::milliseconds bound) override;
  // In every mount namespace. Call it once more after the device was deauthorised: whoever mounted
  // between the first call and that would keep a file system without a disk. What is still busy is
  // detached (nobody can open anything there any more) and reported as EBUSY. Takes at most 5 s for
  // each namespace (ETIMEDOUT).
  Outcome Unmount(const OpenDevice& device) override;
  // The sectors written of each disk's statistics (Documentation/block/stat.rst), partitions left
  // out: they are in their disk's. What goes by SG_IO is in no statistics (blk_do_io_stat,
  // block/blk.h); the medium guard lets root alone do that, where it admits writing.
  Result<std::uint64_t> Written(const OpenDevice& device) override;

 private:
  // The block devices of a device; once they are gone, those it had when they were last seen here.
  Result<std::set<dev_t>> BlocksOf(const OpenDevice& device);
  std::string proc_;
  std::string sysfs_;
  std::map<std::string, std::set<dev_t>> remembered_;  // by port path
  std::function<std::set<int>()> ours_;
  Children children_;
};

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_MEDIA_H_
