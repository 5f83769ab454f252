#ifndef SEKISHO_AGENT_BARRIER_EXIT_H_
#define SEKISHO_AGENT_BARRIER_EXIT_H_

#include <string>

#include "platform/api/clock.h"
#include "platform/api/files.h"
#include "platform/api/result.h"

namespace sekisho::barrier {

// What a command ends with; documented in --help and sekisho-barrier(8).
enum class Exit {
  kDone = 0,
  kFailed = 1,
  kUsage = 2,
  kRefused = 3,  // another device than the one named, or the person said no
  kOpen = 4,     // check, probe, boot-image: a protection does not hold
};

inline constexpr const char* kSysfs = "/sys";

// Says on standard error what failed; kFailed.
Exit Complain(const platform::Failure& failure);

// Sleeps until then, suspend included; at once when it has passed.
void SleepUntil(platform::BootTime deadline);

// A text file below /run, with its directory, whole or not at all.
platform::Outcome LeaveRecord(const std::string& path, const std::string& text,
                              platform::FileMode mode);

}  // namespace sekisho::barrier

#endif  // SEKISHO_AGENT_BARRIER_EXIT_H_
