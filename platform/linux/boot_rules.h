#ifndef SEKISHO_PLATFORM_LINUX_BOOT_RULES_H_
#define SEKISHO_PLATFORM_LINUX_BOOT_RULES_H_

#include <utility>
#include <vector>

#include "platform/linux/boot_devices.h"

namespace sekisho::platform {

// The list and its udev rules on disk; sekisho-boot-image.service carries the rules into the
// initramfs, after Install has returned.
class LinuxBootRules : public BootRules {
 public:
  // `files` outlives this.
  explicit LinuxBootRules(Files& files, BootFiles paths = {})
      : files_(files), paths_(std::move(paths)) {}
  Result<std::vector<BootDevice>> Installed() override { return ReadBootFiles(files_, paths_); }
  Outcome Install(const std::vector<BootDevice>& devices) override;

 private:
  Files& files_;
  BootFiles paths_;
};

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_BOOT_RULES_H_
