#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstddef>
#include <vector>

#include "platform/usb/sandbox.h"

namespace sekisho::platform {
namespace {

#if defined(__x86_64__)
constexpr unsigned kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr unsigned kArchitecture = AUDIT_ARCH_AARCH64;
#else
#error "name this architecture's AUDIT_ARCH_*"
#endif

// What libusb's control transfers, malloc and stdio on open descriptors need.
constexpr long kAllowed[] = {
    SYS_read,   SYS_write,           SYS_close,
    SYS_ppoll,  SYS_timerfd_settime, SYS_clock_gettime,
    SYS_futex,  SYS_munmap,          SYS_brk,
    SYS_fstat,  SYS_lseek,           SYS_madvise,
    SYS_gettid, SYS_rt_sigprocmask,  SYS_rt_sigreturn,
    SYS_exit,   SYS_exit_group,      SYS_restart_syscall,
#ifdef SYS_poll
    SYS_poll,
#endif
};

// The low half of an argument; the high one is zero or ignored by the calls checked here.
constexpr unsigned Argument(unsigned index) {
  return offsetof(seccomp_data, args) + index * sizeof(__u64);
}

sock_filter Load(unsigned offset) { return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset); }
sock_filter Return(unsigned action) { return BPF_STMT(BPF_RET | BPF_K, action); }
sock_filter SkipUnless(unsigned value, unsigned char count) {
  return BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, count);
}

std::vector<sock_filter> Filter(int node) {
  constexpr unsigned kRefuse = SECCOMP_RET_ERRNO | EPERM;
  std::vector<sock_filter> filter = {
      Load(offsetof(seccomp_data, arch)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kArchitecture, 1, 0),
      Return(SECCOMP_RET_KILL_PROCESS),
      Load(offsetof(seccomp_data, nr)),
  };
  for (const long call : kAllowed) {
    filter.push_back(SkipUnless(static_cast<unsigned>(call), 1));
    filter.push_back(Return(SECCOMP_RET_ALLOW));
  }
  // ioctl: on the device alone.
  filter.push_back(SkipUnless(SYS_ioctl, 4));
  filter.push_back(Load(Argument(0)));
  filter.push_back(SkipUnless(static_cast<unsigned>(node), 1));
  filter.push_back(Return(SECCOMP_RET_ALLOW));
  filter.push_back(Return(kRefuse));
  // mmap: never executable.
  filter.push_back(SkipUnless(SYS_mmap, 4));
  filter.push_back(Load(Argument(2)));
  filter.push_back(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 1, 0));
  filter.push_back(Return(SECCOMP_RET_ALLOW));
  filter.push_back(Return(kRefuse));
  filter.push_back(Return(kRefuse));
  return filter;
}

Failure Last(const char* step) { return {std::error_code(errno, std::generic_category()), step}; }

}  // namespace

Outcome EnterSandbox(int node) {
  std::vector<sock_filter> filter = Filter(node);
  const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return Last("no new privileges");
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) != 0) {
    return Last("system call filter");
  }
  return Done{};
}

}  // namespace sekisho::platform
