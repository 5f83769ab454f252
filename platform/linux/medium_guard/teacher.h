#ifndef SEKISHO_PLATFORM_LINUX_MEDIUM_GUARD_TEACHER_H_
#define SEKISHO_PLATFORM_LINUX_MEDIUM_GUARD_TEACHER_H_

#include <set>
#include <string>
#include <vector>

#include "platform/api/result.h"
#include "platform/linux/medium_guard/pins.h"
#include "platform/linux/medium_guard/place.h"

namespace sekisho::platform {

// Shows the programs that were just loaded what was there before them: every disk and node, what
// stacked disks are made of, the places, and `running`, the disks that the machine runs on; only
// then may they refuse. ENOENT when the kernel did not show one of those.
Outcome TeachMediumGuard(const MediumGuardPaths& paths, const std::set<std::string>& running,
                         const std::vector<Place>& places);

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_MEDIUM_GUARD_TEACHER_H_
