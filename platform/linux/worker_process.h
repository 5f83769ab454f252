#ifndef SEKISHO_PLATFORM_LINUX_WORKER_PROCESS_H_
#define SEKISHO_PLATFORM_LINUX_WORKER_PROCESS_H_

#include <sys/resource.h>
#include <sys/types.h>

#include <span>
#include <string>

namespace sekisho::platform {

// How a forked child becomes a program with nothing to lose. In this order, each once; false or an
// exit with kWorkerNotStarted when it cannot.

// How a child ends that did not become the worker.
inline constexpr int kWorkerNotStarted = 101;

// The parent blocks SIGTERM for its signalfd.
void UnblockSignals();
// These become descriptors 0, 1, 2, …; nothing else stays open. A negative one is /dev/null.
bool KeepOnly(std::span<const int> descriptors);
// For good: saved ids too, and no set-uid program gives anything back.
bool BecomeUser(uid_t uid, gid_t gid, std::span<const gid_t> groups);
// No core dump, no file written, no further process; at most so many descriptors and CPU seconds,
// and 128 MiB.
struct WorkerLimits {
  rlim_t descriptors = 16;
  rlim_t cpu_seconds = 2;
};
bool LimitResources(const WorkerLimits& limits);
// Dies with `parent`. Without arguments and environment.
[[noreturn]] void BecomeProgram(const std::string& program, pid_t parent);

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_WORKER_PROCESS_H_
