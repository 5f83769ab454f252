#ifndef SEKISHO_PLATFORM_USB_SANDBOX_H_
#define SEKISHO_PLATFORM_USB_SANDBOX_H_

#include "platform/api/result.h"

namespace sekisho::platform {

// From here on this process can read and write what it has open, speak to the device on descriptor
// `node`, and end: no file, socket, process, signal or executable memory (EPERM). Nothing takes it
// back. Linux: seccomp.
Outcome EnterSandbox(int node);

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_USB_SANDBOX_H_
