#include "platform/linux/worker_process.h"

#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <vector>

namespace sekisho::platform {
namespace {

bool Limit(__rlimit_resource resource, rlim_t most) {
  const rlimit limit{most, most};
  return setrlimit(resource, &limit) == 0;
}

}  // namespace

void UnblockSignals() {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

bool KeepOnly(std::span<const int> descriptors) {
  const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  // Out of the way of the numbers that are about to be taken.
  constexpr int kOutOfTheWay = 10;
  std::vector<int> high;
  for (const int each : descriptors) {
    high.push_back(fcntl(each < 0 ? null : each, F_DUPFD_CLOEXEC, kOutOfTheWay));
    if (high.back() < 0) return false;
  }
  int number = 0;
  for (const int each : high) {
    if (dup2(each, number) != number) return false;
    ++number;
  }
  return syscall(SYS_close_range, number, ~0u, 0) == 0;
}

bool BecomeUser(uid_t uid, gid_t gid, std::span<const gid_t> groups) {
  return setgroups(groups.size(), groups.data()) == 0 && setresgid(gid, gid, gid) == 0 &&
         setresuid(uid, uid, uid) == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

bool LimitResources(const WorkerLimits& limits) {
  return Limit(RLIMIT_CORE, 0) && Limit(RLIMIT_FSIZE, 0) && Limit(RLIMIT_NPROC, 0) &&
         Limit(RLIMIT_NOFILE, limits.descriptors) && Limit(RLIMIT_CPU, limits.cpu_seconds) &&
         Limit(RLIMIT_AS, std::uint64_t{128} << 20);
}

void BecomeProgram(const std::string& program, pid_t parent) {
  if (chdir("/") != 0) _exit(kWorkerNotStarted);
  // Last: a change of user takes it away. Whoever lost its parent before then notices itself.
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent) _exit(kWorkerNotStarted);
  std::string name = program;
  char* const arguments[] = {name.data(), nullptr};
  char* const environment[] = {nullptr};
  execve(name.c_str(), arguments, environment);
  _exit(kWorkerNotStarted);
}

}  // namespace sekisho::platform
