#ifndef SEKISHO_PLATFORM_LINUX_CHILDREN_H_
#define SEKISHO_PLATFORM_LINUX_CHILDREN_H_

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <vector>

#include "platform/api/result.h"

namespace sekisho::platform {

// Runs system calls that may hang for ever (a sync to a medium that does not answer) in forked
// children that can be left behind. For a single-threaded process.
class Children {
 public:
  Children() = default;
  Children(const Children&) = delete;
  Children& operator=(const Children&) = delete;
  // Kills what is still there, and does not wait for what cannot die.
  ~Children();

  // `task` runs in a child; its outcome comes back. ETIMEDOUT when it takes longer than `bound`: it
  // is killed, or, stuck in the kernel, left to finish on its own.
  Outcome Run(const std::string& step, std::chrono::milliseconds bound,
              const std::function<Outcome()>& task);

 private:
  void Reap();
  std::vector<pid_t> abandoned_;
};

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_CHILDREN_H_
