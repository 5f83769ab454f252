#ifndef SEKISHO_PLATFORM_LINUX_READ_ONLY_PROCESS_H_
#define SEKISHO_PLATFORM_LINUX_READ_ONLY_PROCESS_H_

#include "platform/api/result.h"

namespace sekisho::platform {

// From here on the kernel refuses this process (EPERM), for good, every call but those that read:
// files open for reading alone, only standard output and error can be written to, and there are no
// sockets, no other programs and no signals to others. For a single-threaded program.
Outcome BecomeReadOnly();

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_READ_ONLY_PROCESS_H_
