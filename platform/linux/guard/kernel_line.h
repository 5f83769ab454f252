#ifndef SEKISHO_PLATFORM_LINUX_GUARD_KERNEL_LINE_H_
#define SEKISHO_PLATFORM_LINUX_GUARD_KERNEL_LINE_H_

#include <string_view>

namespace sekisho::platform {

// Whether a kernel's command line is one of those in GRUB's menu, word for word; the order of the
// words, and the disk that GRUB writes before the kernel's path, say nothing. Pure.
enum class MenuHas { kNot, kIt };
MenuHas FindInMenu(std::string_view grub_cfg, std::string_view command_line);

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_GUARD_KERNEL_LINE_H_
