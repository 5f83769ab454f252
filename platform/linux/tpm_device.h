#ifndef SEKISHO_PLATFORM_LINUX_TPM_DEVICE_H_
#define SEKISHO_PLATFORM_LINUX_TPM_DEVICE_H_

#include <string>
#include <utility>

#include "platform/api/tpm_device.h"

namespace sekisho::platform {

// The kernel's device with its resource manager ("/dev/tpmrm0"), or a unix socket that speaks the
// same (swtpm).
class LinuxTpmDevice : public TpmDevice {
 public:
  explicit LinuxTpmDevice(std::string path) : path_(std::move(path)) {}
  Result<std::unique_ptr<TpmConnection>> Open() const override;

 private:
  const std::string path_;
};

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_TPM_DEVICE_H_
