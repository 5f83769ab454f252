#ifndef SEKISHO_PLATFORM_LINUX_BACKSTOP_H_
#define SEKISHO_PLATFORM_LINUX_BACKSTOP_H_

#include <string>
#include <utility>

#include "platform/api/clock.h"
#include "platform/api/devices.h"

namespace sekisho::platform {

// A transient timer unit of systemd for each grant, which runs `sekisho-barrier close`. The timer
// is only the alarm: the deadline is handed over, and read on CLOCK_BOOTTIME by the barrier itself.
class SystemdBackstop : public Backstop {
 public:
  // `clock` outlives this.
  explicit SystemdBackstop(const Clock& clock, std::string closures = "/run/sekisho/closed")
      : clock_(clock), closures_(std::move(closures)) {}
  // EINVAL for a grant id that is not fit for a unit's name.
  Outcome Arm(const OpenedDevice& opened, BootTime deadline) override;
  Outcome Disarm(const std::string& grant_id) override;
  // A record that cannot be read is left out, and stays for a person to look at.
  Result<std::vector<Closure>> Closures() override;
  Outcome ForgetClosure(const std::string& grant_id) override;

 private:
  const Clock& clock_;
  std::string closures_;
};

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_BACKSTOP_H_
