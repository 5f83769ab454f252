#include "platform/linux/file_record/actors.h"

#include "platform/linux/holders.h"

namespace sekisho::platform {

FileActor Actors::Of(int pid, BootTime now) {
  if (known_.size() >= kMaxKnown) {
    std::erase_if(known_, [&](const auto& each) { return now - each.second.seen > kKept; });
    if (known_.size() >= kMaxKnown) known_.clear();
  }
  const auto found = known_.find(pid);
  // Asked again after a moment only: thousands of events come from one program.
  constexpr std::chrono::milliseconds kMoment{50};
  if (found != known_.end() && now - found->second.seen < kMoment) return found->second.actor;
  Result<Holder> process = DescribeProcess(proc_, pid);
  if (process.ok()) {
    const FileActor actor{pid, process->uid, process->program};
    known_[pid] = {actor, now};
    return actor;
  }
  if (found != known_.end() && now - found->second.seen <= kKept) return found->second.actor;
  FileActor actor;
  actor.pid = pid;
  return actor;
}

}  // namespace sekisho::platform
