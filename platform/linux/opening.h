#ifndef SEKISHO_PLATFORM_LINUX_OPENING_H_
#define SEKISHO_PLATFORM_LINUX_OPENING_H_

#include <string>

#include "platform/api/result.h"

namespace sekisho::platform {

// The kernel as it is without Sekisho: new devices are let in on every controller, now and later,
// those present are authorised with all their interfaces, hubs first, and the medium guard refuses
// nothing. Goes on past a failure and reports the first; what is gone meanwhile is none. Blocks
// while drivers bind. ENOENT when usbcore is not loaded.
Outcome OpenEverything(const std::string& sysfs);

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_OPENING_H_
