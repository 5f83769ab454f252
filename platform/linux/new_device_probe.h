#ifndef SEKISHO_PLATFORM_LINUX_NEW_DEVICE_PROBE_H_
#define SEKISHO_PLATFORM_LINUX_NEW_DEVICE_PROBE_H_

#include <string>

#include "platform/api/probes.h"

namespace sekisho::platform {

// The strongest attempt there is without hands: loads Debian's own virtual host controller
// (vhci_hcd, USB/IP), so that a controller comes that was not there before, plugs a stick into it
// that lives on a socket pair, looks whether the kernel let it in, and pulls it out again. Kept off
// a terminal that is using vhci_hcd already. Needs root; waits at most eight seconds for the kernel
// to finish looking. kUntried says why it could not be tried.
struct NewDeviceProbe {
  ProbeAttempt attempt;
  enum class Controller { kNone, kLoaded } controller = Controller::kNone;
};
NewDeviceProbe TryNewDevice(const std::string& sysfs = "/sys");

// Takes the controller away again when the attempt loaded it; may take seconds.
Outcome RemoveController(const NewDeviceProbe& probe);

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_NEW_DEVICE_PROBE_H_
