#ifndef SEKISHO_PLATFORM_LINUX_MEDIA_H_
#define SEKISHO_PLATFORM_LINUX_MEDIA_H_

#include <string>
#include <utility>

#include "platform/api/devices.h"
#include "platform/linux/children.h"

namespace sekisho::platform {

// Needs CAP_SYS_ADMIN, CAP_SYS_PTRACE, CAP_KILL, and the host's mount namespace.
class LinuxMedia : public Media {
 public:
  // `proc` is "/proc", but for tests.
  explicit LinuxMedia(std::string proc = "/proc") : proc_(std::move(proc)) {}
  Result<std::vector<Holder>> Holders(const OpenDevice& device) override;
  Outcome End(const Holder& holder, Force force) override;
  Outcome Flush(const OpenDevice& device, std::chrono::milliseconds bound) override;
  // In every mount namespace. What is still busy is detached (nobody can open anything there any
  // more) and reported as EBUSY. Takes at most 5 s for each namespace (ETIMEDOUT).
  Outcome Unmount(const OpenDevice& device) override;

 private:
  std::string proc_;
  Children children_;
};

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_MEDIA_H_
