#ifndef SEKISHO_PLATFORM_LINUX_KEYBOARD_CODE_CODE_SCREEN_H_
#define SEKISHO_PLATFORM_LINUX_KEYBOARD_CODE_CODE_SCREEN_H_

#include <string>

#include "platform/api/result.h"
#include "platform/linux/keyboard_code/code_entry.h"

namespace sekisho::platform {

// Eight digits, each as likely as any, from the kernel's generator.
Result<std::string> DrawCode();

// The whole screen as a terminal takes it, wiped first. Japanese in Roman letters: the console's
// font has no Japanese glyphs.
std::string ScreenOf(const std::string& code, const CodeEntry& entry);

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_KEYBOARD_CODE_CODE_SCREEN_H_
