#ifndef SEKISHO_PLATFORM_LINUX_SYSTEMD_MANAGER_H_
#define SEKISHO_PLATFORM_LINUX_SYSTEMD_MANAGER_H_

#include <chrono>
#include <string>
#include <vector>

#include "platform/api/result.h"

namespace sekisho::platform {

// Whether a timer may wake a sleeping machine (and counts the time slept).
enum class Wake { kLetSleep, kWakeSystem };

// systemd's manager, asked directly over its own socket (root only), so that a dead dbus-daemon
// does not keep a grant from being given an end; over the system bus where that socket is not.
// Every call waits at most five seconds.

// NAME.timer that starts NAME.service (a oneshot of `command`) once, `after` from now. EEXIST when
// NAME.timer is there already.
Outcome StartTransientTimer(const std::string& name, const std::string& description,
                            std::chrono::nanoseconds after, Wake wake,
                            const std::vector<std::string>& command);

// Queues the start of an installed unit, "X.service".
Outcome StartUnit(const std::string& unit);

// Stops every loaded unit whose name matches the glob, but `except`.
Outcome StopUnits(const std::string& pattern, const std::string& except);

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_SYSTEMD_MANAGER_H_
