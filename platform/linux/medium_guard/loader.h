#ifndef SEKISHO_PLATFORM_LINUX_MEDIUM_GUARD_LOADER_H_
#define SEKISHO_PLATFORM_LINUX_MEDIUM_GUARD_LOADER_H_

#include <string>
#include <vector>

#include "platform/api/result.h"
#include "platform/linux/medium_guard/own_disks.h"
#include "platform/linux/medium_guard/pins.h"

namespace sekisho::platform {

enum class GuardMode { kObserve, kRefuse };

struct Loaded {
  GuardState state = GuardState::kMissing;
  // Why it is not as it should be; empty when it is.
  std::string detail;
  std::vector<Place> places;
};

// Puts the guard into the kernel and pins it, beside one that is there; that one goes when the new
// one stands, so that at no moment none does. What is admitted stays admitted. It never refuses
// the disks that the machine runs on: where it cannot tell them, or the kernel does not let them
// through, it observes and says so. Needs root; takes a moment (the kernel verifies the programs).
Result<Loaded> LoadMediumGuard(const MediumGuardPaths& paths, const MachinePaths& machine,
                               GuardMode mode);

// Takes everything out of the kernel and bpffs. Fine when nothing is there.
Outcome UnloadMediumGuard(const MediumGuardPaths& paths);

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_MEDIUM_GUARD_LOADER_H_
