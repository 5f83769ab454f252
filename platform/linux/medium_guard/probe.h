#ifndef SEKISHO_PLATFORM_LINUX_MEDIUM_GUARD_PROBE_H_
#define SEKISHO_PLATFORM_LINUX_MEDIUM_GUARD_PROBE_H_

#include "platform/api/probes.h"
#include "platform/linux/medium_guard/pins.h"

namespace sekisho::platform {

// "disk.refused-medium": tries to open, and to mount, a disk that nobody admitted. It has a number
// that no disk ever has: no drive is woken, and the guard, which judges by the number before
// anybody looks for a disk, refuses it with EPERM; without the guard it is ENXIO.
ProbeAttempt TryRefusedMedium(const MediumGuardPaths& paths);

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_MEDIUM_GUARD_PROBE_H_
