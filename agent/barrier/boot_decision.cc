#include "agent/barrier/boot_decision.h"

#include "platform/linux/boot_mode.h"

namespace sekisho::barrier {
namespace {

using platform::BootMode;
using platform::ThisBoot;

bool HasWord(std::string_view text, std::string_view word) {
  while (!text.empty()) {
    const std::size_t end = text.find_first_of(" \t\n");
    if (text.substr(0, end) == word) return true;
    if (end == std::string_view::npos) return false;
    text.remove_prefix(end + 1);
  }
  return false;
}

// Whether it was Sekisho that had the kernel deny before now: somebody else's deny is theirs.
bool ShutBefore(const BootFacts& facts) {
  if (HasWord(facts.command_line, platform::kDenyMark)) return true;
  return facts.initramfs &&
         platform::NewDevicesIn(facts.initramfs->mode) == platform::NewDevices::kShut;
}

ThisBoot BeginBoot(const BootFacts& facts) {
  if (RescueIn(facts.command_line) == Rescue::kYes) return {BootMode::kRescue, {}, ""};
  switch (facts.wanted.mode) {
    case BootMode::kTrial:
      if (facts.began == BootFacts::Began::kWithout) return {BootMode::kObserve, {}, ""};
      if (facts.trial_undone == BootFacts::TrialUndone::kYes) {
        return {BootMode::kObserve, {}, "initramfs"};
      }
      return {BootMode::kTrial, facts.wanted.trial, ""};
    case BootMode::kObserve:
      return {BootMode::kObserve, {}, ""};
    case BootMode::kEnforce:
    case BootMode::kRescue:
      break;
  }
  return {BootMode::kEnforce, {}, ""};
}

}  // namespace

BootDecision DecideBoot(const BootFacts& facts) {
  using NewDevices = BootDecision::NewDevices;
  const ThisBoot boot = facts.already ? *facts.already : BeginBoot(facts);
  switch (platform::NewDevicesIn(boot.mode)) {
    case platform::NewDevices::kShut:
      return {boot, NewDevices::kDeny};
    case platform::NewDevices::kLetIn:
      break;
  }
  // What was opened once in this boot stays as it is.
  const bool open = !facts.already && ShutBefore(facts);
  return {boot, open ? NewDevices::kOpen : NewDevices::kLeave};
}

Rescue RescueIn(std::string_view command_line) {
  return HasWord(command_line, platform::kRescueMark) ? Rescue::kYes : Rescue::kNo;
}

}  // namespace sekisho::barrier
