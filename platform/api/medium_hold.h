#ifndef SEKISHO_PLATFORM_API_MEDIUM_HOLD_H_
#define SEKISHO_PLATFORM_API_MEDIUM_HOLD_H_

#include <string>

#include "platform/api/medium_guard.h"
#include "platform/api/result.h"

namespace sekisho::platform {

// How an attempt to write ended.
struct WriteAttempt {
  enum class End {
    kRefused,
    kWentThrough,
  } end = End::kWentThrough;
  std::string detail;  // English: each way that was tried, and how it ended
  int pid = 0;         // which process tried
};

// Whether what is said of a medium is so.
class MediumHold {
 public:
  virtual ~MediumHold() = default;
  // Tries to write to it, really and harmlessly: what was just read, to where it was read, through
  // the block device and by a command of its own (Linux: SG_IO). ENODEV when its number is
  // another's by now; ETIMEDOUT after some seconds, whatever the medium does.
  virtual Result<WriteAttempt> TryToWrite(const MediumNode& node) = 0;
};

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_API_MEDIUM_HOLD_H_
