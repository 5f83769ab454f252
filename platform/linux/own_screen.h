#ifndef SEKISHO_PLATFORM_LINUX_OWN_SCREEN_H_
#define SEKISHO_PLATFORM_LINUX_OWN_SCREEN_H_

#include <functional>
#include <string>

#include "platform/api/result.h"
#include "platform/linux/descriptor_fd.h"

namespace sekisho::platform {

// A virtual terminal for Sekisho alone: the last one. logind starts a login on the first six that
// are looked at, desktops take the first that are free; nobody reads this one.
inline constexpr int kOwnScreen = 63;

// Shows it and stays there: nothing that is typed switches away (VT_LOCKSWITCH), reboots (Ctrl, Alt
// and Del) or arrives anywhere (K_OFF). For a forked child: waits up to five seconds for whoever
// has the screen to let go of it. `before` is told the screen that was shown, before anything
// happens; ETIMEDOUT when it is not let go of, and then, as after success, the screen is to be
// given back. Needs CAP_SYS_TTY_CONFIG. `dev` is "/dev".
Result<Fd> TakeScreen(const std::string& dev, const std::function<void(int)>& before);

// Unlocks, wipes what was shown, and shows the screen that was there before. Waits for nothing.
void GiveBackScreen(const std::string& dev, int before);

// The screen that is shown now.
Result<int> ShownScreen(const std::string& dev);

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_OWN_SCREEN_H_
