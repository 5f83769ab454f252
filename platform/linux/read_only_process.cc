#include "platform/linux/read_only_process.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstddef>
#include <vector>

#include "platform/linux/descriptor_fd.h"

namespace sekisho::platform {
namespace {

#if defined(__x86_64__)
constexpr unsigned kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr unsigned kArchitecture = AUDIT_ARCH_AARCH64;
#else
#error "name this architecture's AUDIT_ARCH_*"
#endif

// What looking at files, malloc and stdio need.
constexpr long kAllowed[] = {
    SYS_read,      SYS_pread64,    SYS_close,           SYS_fstat,          SYS_newfstatat,
    SYS_statx,     SYS_lseek,      SYS_getdents64,      SYS_readlinkat,     SYS_statfs,
    SYS_fstatfs,   SYS_getcwd,     SYS_munmap,          SYS_mremap,         SYS_brk,
    SYS_madvise,   SYS_futex,      SYS_getrandom,       SYS_gettid,         SYS_getpid,
    SYS_faccessat, SYS_faccessat2, SYS_clock_gettime,   SYS_rt_sigprocmask, SYS_rt_sigreturn,
    SYS_exit,      SYS_exit_group, SYS_restart_syscall,
#ifdef SYS_readlink
    SYS_readlink,  SYS_stat,       SYS_lstat,           SYS_access,
#endif
};
// What opens for writing, or makes a file.
constexpr unsigned kChanges =
    O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND | (O_TMPFILE & ~O_DIRECTORY);

// The low half of an argument; the high one is zero or ignored by the calls checked here.
constexpr unsigned Argument(unsigned index) {
  return offsetof(seccomp_data, args) + index * sizeof(__u64);
}

sock_filter Load(unsigned offset) { return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset); }
sock_filter Return(unsigned action) { return BPF_STMT(BPF_RET | BPF_K, action); }
sock_filter SkipUnless(unsigned value, unsigned char count) {
  return BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, count);
}
sock_filter SkipIfAny(unsigned bits, unsigned char count) {
  return BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, count, 0);
}

std::vector<sock_filter> Filter() {
  constexpr unsigned kRefuse = SECCOMP_RET_ERRNO | EPERM;
  std::vector<sock_filter> filter = {
      Load(offsetof(seccomp_data, arch)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kArchitecture, 1, 0),
      Return(SECCOMP_RET_KILL_PROCESS),
      Load(offsetof(seccomp_data, nr)),
  };
  const auto append = [&](std::initializer_list<sock_filter> more) {
    filter.insert(filter.end(), more);
  };
  for (const long call : kAllowed) {
    append({SkipUnless(static_cast<unsigned>(call), 1), Return(SECCOMP_RET_ALLOW)});
  }
  append({SkipUnless(SYS_openat, 4), Load(Argument(2)), SkipIfAny(kChanges, 1),
          Return(SECCOMP_RET_ALLOW), Return(kRefuse)});
  // Executable pages come from files that were open before: never.
  append({SkipUnless(SYS_mmap, 4), Load(Argument(2)), SkipIfAny(PROT_EXEC, 1),
          Return(SECCOMP_RET_ALLOW), Return(kRefuse)});
  for (const unsigned call :
       {static_cast<unsigned>(SYS_write), static_cast<unsigned>(SYS_writev)}) {
    append({SkipUnless(call, 5), Load(Argument(0)), SkipUnless(1, 1), Return(SECCOMP_RET_ALLOW),
            SkipUnless(2, 1), Return(SECCOMP_RET_ALLOW)});
    append({Load(offsetof(seccomp_data, nr))});
  }
  append({Return(kRefuse)});
  return filter;
}

}  // namespace

Outcome BecomeReadOnly() {
  std::vector<sock_filter> filter = Filter();
  const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return LastFailure("no new privileges");
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) != 0) {
    return LastFailure("system call filter");
  }
  return Done{};
}

}  // namespace sekisho::platform
