#include "platform/linux/medium_guard/probe.h"

#include <fcntl.h>
#include <linux/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <string>
#include <string_view>

#include "platform/linux/descriptor_fd.h"

namespace sekisho::platform {
namespace {

// What the attempt ended with, as errno.
int TryToOpen(const std::string& node) {
  Result<Fd> opened = OpenAt(AT_FDCWD, node, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
  return opened.ok() ? 0 : opened.failure().code.value();
}

// A file system for disks that is in the kernel already: none is loaded for this.
std::optional<std::string> DiskFileSystem(const MediumGuardPaths& paths) {
  Result<std::string> text = ReadTextAt(AT_FDCWD, paths.proc + "/filesystems", 1 << 16);
  std::string_view rest = text.ok() ? std::string_view(*text) : std::string_view();
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    if (line.starts_with('\t')) return std::string(line.substr(1));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
  }
  return std::nullopt;
}

// Of a mount that nobody would see. Nothing when it could not get as far as the disk.
std::optional<int> TryToMount(const MediumGuardPaths& paths) {
  const std::optional<std::string> type = DiskFileSystem(paths);
  if (!type) return std::nullopt;
  const Fd context(static_cast<int>(syscall(SYS_fsopen, type->c_str(), FSOPEN_CLOEXEC)));
  if (!context) return std::nullopt;
  const std::string node = paths.ProbeNode();
  if (syscall(SYS_fsconfig, context.get(), FSCONFIG_SET_STRING, "source", node.c_str(), 0) != 0) {
    return std::nullopt;
  }
  if (syscall(SYS_fsconfig, context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) == 0) return 0;
  return errno;
}

std::string WhyItIsOpen(GuardState state) {
  switch (state) {
    case GuardState::kUnsupported:
      return "this kernel asks no BPF programs: media that are not on USB (card slots, NVMe, SATA, "
             "optical) are held by what agentd does alone";
    case GuardState::kObserves:
      return "the medium guard only observes";
    case GuardState::kMissing:
      return "the medium guard is not in the kernel, or was changed";
    case GuardState::kStands:
      return "a disk that nobody admitted was not refused";
  }
  return "";
}

}  // namespace

ProbeAttempt TryRefusedMedium(const MediumGuardPaths& paths) {
  ProbeAttempt attempt{"disk.refused-medium", ProbeEnd::kUntried, ""};
  const GuardState state = StateOfGuard(paths);
  const int opened = TryToOpen(paths.ProbeNode());
  if (opened != EPERM || state != GuardState::kStands) {
    // Without its node nothing can be tried, and there is no guard either.
    const bool tried = opened == ENXIO || opened == 0 || state != GuardState::kStands;
    attempt.end = tried ? ProbeEnd::kOpen : ProbeEnd::kUntried;
    attempt.detail =
        tried ? WhyItIsOpen(state) : MakeFailure(opened, "open " + paths.ProbeNode()).ToString();
    return attempt;
  }
  const std::optional<int> mounted = TryToMount(paths);
  if (mounted && *mounted != EPERM) {
    attempt.end = ProbeEnd::kOpen;
    attempt.detail = "a disk that nobody admitted was not refused to a mount";
    return attempt;
  }
  attempt.end = ProbeEnd::kHolds;
  attempt.detail = mounted ? "a disk that nobody admitted was refused to an open and to a mount"
                           : "a disk that nobody admitted was refused to an open";
  return attempt;
}

}  // namespace sekisho::platform
