#ifndef SEKISHO_AGENT_BARRIER_BOOT_DECISION_H_
#define SEKISHO_AGENT_BARRIER_BOOT_DECISION_H_

#include <optional>
#include <string>
#include <string_view>

#include "platform/api/boot_control.h"

namespace sekisho::barrier {

// What the barrier sees when it begins, before udev looks at anything.
struct BootFacts {
  std::string command_line;   // the kernel's
  platform::NextBoot wanted;  // the mode file
  // This boot's mode was decided before: the barrier runs again.
  std::optional<platform::ThisBoot> already;
  // The mode that the initramfs had with it; nothing when none of ours ran.
  std::optional<platform::NextBoot> initramfs;
  enum class TrialUndone { kNo, kYes } trial_undone = TrialUndone::kNo;
  // A boot that began without Sekisho is never a trial: that begins with a boot.
  enum class Began { kWithSekisho, kWithout } began = Began::kWithSekisho;
};

struct BootDecision {
  platform::ThisBoot boot;
  // kOpen: somebody before the barrier shut what this boot lets in.
  enum class NewDevices { kDeny, kOpen, kLeave } new_devices = NewDevices::kDeny;
};

// Pure.
BootDecision DecideBoot(const BootFacts& facts);

// Whether the boot loader's rescue entry started this boot. Pure.
enum class Rescue { kNo, kYes };
Rescue RescueIn(std::string_view command_line);

}  // namespace sekisho::barrier

#endif  // SEKISHO_AGENT_BARRIER_BOOT_DECISION_H_
