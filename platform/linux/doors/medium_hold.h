#ifndef SEKISHO_PLATFORM_LINUX_DOORS_MEDIUM_HOLD_H_
#define SEKISHO_PLATFORM_LINUX_DOORS_MEDIUM_HOLD_H_

#include <string>
#include <utility>

#include "platform/api/medium_hold.h"
#include "platform/linux/children.h"

namespace sekisho::platform {

// pwrite, SG_IO and sysfs. Needs CAP_SYS_RAWIO, and that the medium may be read.
class LinuxMediumHold : public MediumHold {
 public:
  // `sysfs` is "/sys" and `dev` "/dev", but for tests.
  explicit LinuxMediumHold(std::string sysfs = "/sys", std::string dev = "/dev")
      : sysfs_(std::move(sysfs)), dev_(std::move(dev)) {}
  // A drive without a medium has nothing to write to: refused.
  Result<WriteAttempt> TryToWrite(const MediumNode& node) override;

 private:
  // ENODEV unless that disk has the number now.
  Outcome IsStill(const MediumNode& node) const;
  std::string sysfs_;
  std::string dev_;
  Children children_;
};

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_DOORS_MEDIUM_HOLD_H_
