#ifndef SEKISHO_PLATFORM_API_BOOT_CONTROL_H_
#define SEKISHO_PLATFORM_API_BOOT_CONTROL_H_

#include <chrono>
#include <string>

#include "platform/api/clock.h"
#include "platform/api/result.h"

namespace sekisho::platform {

// Same meaning as sekisho.v1.Mode.
enum class BootMode { kObserve, kTrial, kEnforce, kRescue };

// What the barrier found and did when this boot began.
struct ThisBoot {
  BootMode mode = BootMode::kEnforce;
  // kTrial: on the boot clock, when it undoes itself.
  BootTime trial_deadline{};
  // Why a trial is already undone in this boot: "" (it is not), "initramfs", "running".
  std::string undone;
};

// What the next boot will be: never kRescue.
struct NextBoot {
  BootMode mode = BootMode::kEnforce;
  std::chrono::seconds trial{900};
};

// How far what was wanted has been carried into what the machine boots from.
struct BootImage {
  enum class State { kCarried, kCarrying, kStale } state = State::kCarried;
  // kStale: which image or menu, and what it lacks; English, for the administrator.
  std::string detail;
};

// What a terminal's start does with devices, before any agent runs (Linux: a file that the
// initramfs carries, its hooks, the boot loader's menu).
class BootControl {
 public:
  virtual ~BootControl() = default;
  // kEnforce when it cannot be known.
  virtual ThisBoot Now() = 0;
  virtual NextBoot Next() = 0;
  // Durable when it returns; then starts whatever carries it into the next boot, which may take
  // minutes and goes on after the call. Of this boot: kEnforce confirms a trial that runs, kObserve
  // ends refusing, and Now says so from then on (the caller lets the present devices in); a rescue
  // stays one. kTrial is for the next boot alone.
  virtual Outcome SetNext(const NextBoot& next) = 0;
  virtual BootImage Image() = 0;
};

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_API_BOOT_CONTROL_H_
