#ifndef SEKISHO_PLATFORM_API_TPM_DEVICE_H_
#define SEKISHO_PLATFORM_API_TPM_DEVICE_H_

#include <memory>
#include <string>
#include <string_view>

#include "platform/api/result.h"

namespace sekisho::platform {

// An open TPM 2.0. What was loaded into it and not flushed goes with it, where the device has a
// resource manager.
class TpmConnection {
 public:
  virtual ~TpmConnection() = default;
  // One command and its response, as the TPM's own bytes; at most 4096 of them. Waits for as long
  // as the TPM takes, which is seconds at the most.
  virtual Result<std::string> Transmit(std::string_view command) = 0;
};

class TpmDevice {
 public:
  virtual ~TpmDevice() = default;
  // ENOENT when there is none. Called on any thread.
  virtual Result<std::unique_ptr<TpmConnection>> Open() const = 0;
};

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_API_TPM_DEVICE_H_
