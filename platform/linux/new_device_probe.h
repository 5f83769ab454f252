#ifndef SEKISHO_PLATFORM_LINUX_NEW_DEVICE_PROBE_H_
#define SEKISHO_PLATFORM_LINUX_NEW_DEVICE_PROBE_H_

#include <string>

#include "platform/api/probes.h"

namespace sekisho::platform {

// The strongest attempt there is without hands: loads Debian's own virtual host controller
// (vhci_hcd, USB/IP), so that a controller comes that was not there before, plugs a stick into it
// that lives on a socket pair, and looks whether the kernel let it in. Then takes both away again.
// Kept off a terminal that is using vhci_hcd already. Needs root; takes about half a second, at
// most ten. kUntried says why it could not be tried.
ProbeAttempt TryNewDevice(const std::string& sysfs = "/sys");

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_NEW_DEVICE_PROBE_H_
