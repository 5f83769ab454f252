#include "platform/linux/boot_rules.h"

#include "platform/linux/systemd_manager.h"

namespace sekisho::platform {

Outcome LinuxBootRules::Install(const std::vector<BootDevice>& devices) {
  if (Outcome written = WriteBootFiles(files_, paths_, devices); !written.ok()) return written;
  return StartUnit("sekisho-boot-image.service");
}

}  // namespace sekisho::platform
