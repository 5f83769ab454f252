#ifndef SEKISHO_PLATFORM_LINUX_BOOT_CONTROL_H_
#define SEKISHO_PLATFORM_LINUX_BOOT_CONTROL_H_

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "platform/api/boot_control.h"
#include "platform/api/files.h"
#include "platform/linux/boot_image.h"
#include "platform/linux/clock.h"

namespace sekisho::platform {

struct BootControlPaths {
  BootImagePaths image;
  // This boot's mode, as the barrier and whoever changed it since wrote it; on a tmpfs.
  std::string boot = "/run/sekisho/boot";
  // Held while either file is changed: a confirmation and the trial's end may come at once.
  std::string lock = "/run/sekisho/boot.lock";
  // A trial was undone, and the next boot's mode does not say so yet: the initramfs cannot write
  // it.
  std::string trial_undone = "/run/sekisho/trial-undone";
  // This boot observes, and what it had shut is being let in: there until that is done.
  std::string opening = "/run/sekisho/opening";
  // What was tried in this boot proves nothing once everything is open.
  std::string probe_record = "/run/sekisho/probe/usb.new-device";
  std::string sysfs = "/sys";
};

// The unit that carries a change into the images and the menu.
inline constexpr const char* kBootImageUnit = "sekisho-boot-image.service";

// Used by agentd, and by sekisho-barrier where there is no agentd.
class LinuxBootControl : public BootControl {
 public:
  // Queues the start of kBootImageUnit, without waiting for its end.
  using Carry = std::function<Outcome()>;
  using ReadClock = std::function<BootTime()>;
  // `files` outlives this.
  LinuxBootControl(
      Files& files, Carry carry, BootControlPaths paths = {},
      ReadClock clock = [] { return LinuxClock().Now(); })
      : files_(files),
        carry_(std::move(carry)),
        paths_(std::move(paths)),
        clock_(std::move(clock)) {}

  ThisBoot Now() override;
  NextBoot Next() override;
  // EINVAL for kRescue, or a trial that is not between a minute and a day. A boot that refuses
  // devices lets them in at once with kObserve (but a rescue boot: that ends with the boot), once
  // it is written that it observes: whatever dies in between, nothing is open that is said to
  // refuse, and calling again goes on with the opening. A failure there does not keep the next boot
  // from being set. A trial whose deadline has passed is undone before anything else: too late to
  // confirm it, and nothing is left for UndoTrial.
  Outcome SetNext(const NextBoot& next) override;
  // kCarrying while update-boot-image runs, for a minute after a change, and until it has had its
  // turn in this boot (ten minutes at most): it is starting.
  BootImage Image() override;

  // What the barrier decided when the boot began. Makes the directory.
  Outcome Begin(const ThisBoot& boot);

  // A trial that nobody confirmed, at its deadline: opens everything first, then writes it down,
  // for this boot and the next; also for one that the initramfs undid. Nothing when there is none.
  // EROFS and the like when the next boot could not be written yet: everything is open, call again.
  enum class Undoing { kNothing, kUndone };
  Result<Undoing> UndoTrial();

 private:
  bool WaitsForItsTurn();
  // Of the next boot as it is written; nothing when that cannot be read.
  std::optional<NextBoot> WrittenNext();
  // Lets everything in and says so of this boot, which is a trial that nobody confirmed.
  std::optional<Failure> Undo(ThisBoot& now);
  Outcome Observe(ThisBoot& now);
  Outcome WriteNow(const ThisBoot& boot);
  Outcome WriteNext(const NextBoot& next);
  Outcome Open();

  Files& files_;
  Carry carry_;
  BootControlPaths paths_;
  ReadClock clock_;
};

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_BOOT_CONTROL_H_
