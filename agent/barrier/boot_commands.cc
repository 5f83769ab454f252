#include "agent/barrier/boot_commands.h"

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <iostream>
#include <optional>
#include <string>

#include "agent/barrier/boot_control.h"
#include "agent/barrier/text.h"
#include "platform/linux/boot_mode.h"
#include "platform/linux/clock.h"
#include "platform/linux/descriptor_fd.h"
#include "platform/linux/enforcer.h"
#include "platform/linux/files.h"
#include "platform/linux/modprobe.h"
#include "platform/linux/opening.h"

namespace sekisho::barrier {
namespace {

using platform::BootMode;
using platform::NextBoot;
using platform::Outcome;
using platform::Result;
using platform::ThisBoot;

// Its own copy of the mode file, which the initramfs leaves.
constexpr const char* kInitramfsMode = "/run/sekisho/initramfs-mode";
constexpr std::chrono::seconds kUntilWritable{5};

std::optional<std::string> TextOf(const std::string& path) {
  Result<std::string> text = platform::ReadTextAt(AT_FDCWD, path);
  if (!text.ok()) return std::nullopt;
  return *text + "\n";
}

BootFacts LookAtBoot(BootFacts::Began began) {
  const platform::BootControlPaths paths;
  BootFacts facts;
  facts.command_line = TextOf("/proc/cmdline").value_or("");
  facts.wanted = platform::NextBootOf(TextOf(paths.image.mode));
  if (const std::optional<std::string> text = TextOf(paths.boot)) {
    facts.already = platform::ParseThisBoot(*text);
  }
  if (const std::optional<std::string> text = TextOf(kInitramfsMode)) {
    facts.initramfs = platform::NextBootOf(text);
  }
  if (access(paths.trial_undone.c_str(), F_OK) == 0) {
    facts.trial_undone = BootFacts::TrialUndone::kYes;
  }
  facts.began = began;
  return facts;
}

// Debian has USB as a module; what is not loaded yet could not be told, nor read back.
Outcome LoadUsbcore() {
  if (access("/sys/module/usbcore/parameters/authorized_default", F_OK) == 0) {
    return platform::Done{};
  }
  return platform::Modprobe({"usbcore"});
}

Outcome Apply(BootDecision::NewDevices new_devices) {
  switch (new_devices) {
    case BootDecision::NewDevices::kDeny:
      if (Outcome loaded = LoadUsbcore(); !loaded.ok()) return loaded;
      return platform::LinuxEnforcer(kSysfs).DenyNewDevices();
    case BootDecision::NewDevices::kOpen:
      if (Outcome loaded = LoadUsbcore(); !loaded.ok()) return loaded;
      return platform::OpenEverything(kSysfs);
    case BootDecision::NewDevices::kLeave:
      break;
  }
  return platform::Done{};
}

std::string Sentence(BootMode mode) {
  switch (mode) {
    case BootMode::kObserve:
      return Say("observes: nothing is refused", "監視のみ: 何も遮断しません");
    case BootMode::kTrial:
      return Say("is a trial: new devices are refused until it undoes itself",
                 "試行: 確認されなければ自動的に解除されるまで、新しい機器を遮断します");
    case BootMode::kEnforce:
      return Say("enforces: new devices are refused", "遮断: 新しい機器を遮断します");
    case BootMode::kRescue:
      return Say("is a rescue: keyboards and pointers work, all else is refused",
                 "復旧起動: キーボードとポインターだけが使え、ほかは遮断します");
  }
  return "";
}

void SayUndone() {
  std::cerr
      << Say("sekisho: nobody confirmed the trial in time; every device is let in again",
             "sekisho: 試行が時間内に確認されなかったため、すべての機器を使えるようにしました")
      << "\n";
}

}  // namespace

Exit Deny(BootFacts::Began began) {
  const BootDecision decision = DecideBoot(LookAtBoot(began));
  platform::LinuxFiles files;
  Outcome begun = BootControlOf(files).Begin(decision.boot);
  // Shut first, complain then.
  if (Outcome applied = Apply(decision.new_devices); !applied.ok()) {
    return Complain(applied.failure());
  }
  if (!begun.ok()) return Complain(begun.failure());
  return Exit::kDone;
}

Exit ShowMode() {
  platform::LinuxFiles files;
  platform::LinuxBootControl control = BootControlOf(files);
  const ThisBoot now = control.Now();
  const NextBoot next = control.Next();
  std::cout << Say("this boot ", "今回の起動は") << Sentence(now.mode) << "\n";
  if (now.mode == BootMode::kTrial) {
    const auto left =
        std::chrono::ceil<std::chrono::seconds>(now.trial_deadline - platform::LinuxClock().Now());
    std::cout << Say("  seconds until it undoes itself unless confirmed: ",
                     "  確認されなければ解除されるまでの秒数: ")
              << std::max<std::int64_t>(left.count(), 0) << "\n";
  }
  if (!now.undone.empty()) {
    std::cout << Say("  a trial was undone: nobody confirmed it",
                     "  確認されなかったため、試行は解除されました")
              << " (" << now.undone << ")\n";
  }
  std::cout << Say("the next boot ", "次回の起動は") << Sentence(next.mode) << "\n";
  return Exit::kDone;
}

Exit PrintNextMode() {
  platform::LinuxFiles files;
  std::cout << platform::Word(BootControlOf(files).Next().mode) << "\n";
  return Exit::kDone;
}

Exit SetMode(const NextBoot& next) {
  platform::LinuxFiles files;
  if (Outcome set = BootControlOf(files).SetNext(next); !set.ok()) return Complain(set.failure());
  if (Outcome told = LetAgentNotice(); !told.ok()) return Complain(told.failure());
  return ShowMode();
}

Exit DeadMan() {
  const BootFacts facts = LookAtBoot(BootFacts::Began::kWithSekisho);
  if (facts.wanted.mode != BootMode::kTrial || RescueIn(facts.command_line) == Rescue::kYes) {
    return Exit::kDone;
  }
  SleepUntil(facts.wanted.trial);
  // Before it is tried: whoever goes on with this boot also goes on with the opening.
  const platform::BootControlPaths paths;
  Outcome left = LeaveRecord(paths.trial_undone, "", platform::FileMode::kWorldReadable);
  if (Outcome opened = platform::OpenEverything(kSysfs); !opened.ok()) {
    return Complain(opened.failure());
  }
  if (!left.ok()) return Complain(left.failure());
  SayUndone();
  return Exit::kDone;
}

Exit AwaitTrial() {
  platform::LinuxFiles files;
  const ThisBoot now = BootControlOf(files).Now();
  if (now.mode == BootMode::kTrial) SleepUntil(now.trial_deadline);
  return UndoTrial();
}

Exit UndoTrial() {
  platform::LinuxFiles files;
  platform::LinuxBootControl control = BootControlOf(files);
  const BootMode before = control.Now().mode;
  Result<platform::LinuxBootControl::Undoing> undone = control.UndoTrial();
  const ThisBoot now = control.Now();
  if (now.mode != before) {
    if (!now.undone.empty()) SayUndone();
    if (Outcome told = LetAgentNotice(); !told.ok()) Complain(told.failure());
  }
  // Nothing tells when the disk can be written: it may be full, or still be checked.
  while (!undone.ok()) {
    Complain(undone.failure());
    SleepUntil(platform::LinuxClock().Now() + kUntilWritable);
    undone = control.UndoTrial();
  }
  return Exit::kDone;
}

}  // namespace sekisho::barrier
