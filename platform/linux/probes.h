#ifndef SEKISHO_PLATFORM_LINUX_PROBES_H_
#define SEKISHO_PLATFORM_LINUX_PROBES_H_

#include <string>
#include <utility>

#include "platform/api/probes.h"
#include "platform/linux/children.h"
#include "platform/linux/probe_record.h"

namespace sekisho::platform {

// "usb.new-device": the attempt that `sekisho-barrier probe` made in this boot (see
// new_device_probe.h), and, now, that no controller and no parameter has been opened since.
// "usb.refused-device": at up to four refused devices: to claim an interface of it through usbfs as
// root, and to open its node as the person at the seat (or as nobody). Each in a child that is
// given half a second. Absent when nothing is refused.
// "usb.shut-interface": at up to four devices that are let in, to claim each of the interfaces that
// must be shut, as root; and that nothing new would come up on their buses. Absent without any.
// "disk.refused-medium": see medium_guard/probe.h.
class LinuxProbes : public Probes {
 public:
  // Both paths are only for tests.
  explicit LinuxProbes(std::string sysfs = "/sys", std::string record = kProbeRecord)
      : sysfs_(std::move(sysfs)), record_(std::move(record)) {}
  std::vector<ProbeAttempt> Try(std::span<const OpenDevice* const> refused,
                                std::span<const PartlyOpen> partly) override;

 private:
  ProbeAttempt NewDevice() const;
  ProbeAttempt RefusedMedium() const;
  ProbeAttempt RefusedDevices(std::span<const OpenDevice* const> refused);
  ProbeAttempt ShutInterfaces(std::span<const PartlyOpen> partly);
  std::string sysfs_;
  std::string record_;
  Children children_;
};

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_PROBES_H_
