#ifndef SEKISHO_PLATFORM_LINUX_MEDIUM_GUARD_LINUX_MEDIUM_GUARD_H_
#define SEKISHO_PLATFORM_LINUX_MEDIUM_GUARD_LINUX_MEDIUM_GUARD_H_

#include <memory>
#include <optional>
#include <vector>

#include "platform/api/medium_guard.h"
#include "platform/linux/descriptor_fd.h"
#include "platform/linux/medium_guard/own_disks.h"
#include "platform/linux/medium_guard/pins.h"

namespace sekisho::platform {

// Speaks with what sekisho-medium-guard pinned, through bpf(2); needs CAP_SYS_ADMIN (or CAP_BPF).
//
// Admit opens the disk once, so that a change of medium that the kernel has not noticed yet is
// noticed now: then it fails with ENODEV, and the medium that is there has another sequence. Where
// it admits for reading only it also sets the disk read-only (BLKROSET), so that no file system
// plays its journal back. Refuse also begins to judge disks on USB: until agentd calls it, USB
// authorisation alone holds those. Announce and Withdraw make udev look at the disk and its
// partitions again.
class LinuxMediumGuard : public MediumGuard {
 public:
  explicit LinuxMediumGuard(MediumGuardPaths paths = {}, MachinePaths machine = {});
  ~LinuxMediumGuard() override;
  LinuxMediumGuard(const LinuxMediumGuard&) = delete;
  LinuxMediumGuard& operator=(const LinuxMediumGuard&) = delete;

  GuardState State() override;
  Result<bool> IsOwn(const MediumNode& node) override;
  Outcome Admit(const MediumNode& node, MediumAccess access,
                std::optional<BootTime> deadline) override;
  Outcome Announce(const MediumNode& node) override;
  Outcome Withdraw(const MediumNode& node) override;
  Outcome Refuse() override;
  Outcome Observe() override;
  Waitable Readable() const override { return wait_.get(); }
  std::vector<MediumRefusal> Drain() override;

 private:
  class Ring;
  // Listens to the ring that is pinned now, if it is another one.
  void Listen();
  // ENOTSUP, ENOENT, or nothing when the guard is there.
  std::optional<Failure> WhyNot() const;
  Outcome AdmitDisk(const MediumNode& node, MediumAccess access, std::uint64_t deadline);
  Outcome AdmitCharacter(const MediumNode& node, MediumAccess access, std::uint64_t deadline);
  Outcome OpenOnce(const MediumNode& node, MediumAccess access);

  MediumGuardPaths paths_;
  MachinePaths machine_;
  Fd wait_;   // epoll: of the ring and the pause
  Fd pause_;  // timerfd: when what came after the last call is to be collected
  std::unique_ptr<Ring> ring_;
};

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_MEDIUM_GUARD_LINUX_MEDIUM_GUARD_H_
