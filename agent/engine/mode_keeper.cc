#include "agent/engine/mode_keeper.h"

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/engine/log.h"

namespace sekisho::engine {
namespace {

using platform::BootMode;

constexpr std::uint32_t kTrialSeconds = 900;
constexpr std::uint32_t kMinTrialSeconds = 60;
constexpr std::uint32_t kMaxTrialSeconds = 86400;
// The barrier's own alarm goes first.
constexpr std::chrono::seconds kAfterTrial{2};

}  // namespace

v1::Mode ToProto(BootMode mode) {
  switch (mode) {
    case BootMode::kObserve:
      return v1::MODE_OBSERVE;
    case BootMode::kTrial:
      return v1::MODE_TRIAL;
    case BootMode::kEnforce:
      return v1::MODE_ENFORCE;
    case BootMode::kRescue:
      return v1::MODE_RESCUE;
  }
  return v1::MODE_ENFORCE;
}

const char* Name(v1::Mode mode) {
  switch (static_cast<int>(mode)) {
    case v1::MODE_OBSERVE:
      return "observe";
    case v1::MODE_TRIAL:
      return "trial";
    case v1::MODE_ENFORCE:
      return "enforce";
    case v1::MODE_RESCUE:
      return "rescue";
    default:
      return "";
  }
}

platform::ThisBoot ModeKeeper::ReadNow() const {
  platform::ThisBoot now = seams_.boot_control.Now();
  // The deadline is the authority; the barrier's alarm only goes off at it. Between that alarm and
  // its word on disk, what it has let in must not be shut again.
  if (now.mode == BootMode::kTrial && seams_.clock.Now() >= now.trial_deadline) {
    const bool confirmed = Next().mode == BootMode::kEnforce;
    now.mode = confirmed ? BootMode::kEnforce : BootMode::kObserve;
    if (!confirmed) now.undone = "running";
  }
  return now;
}

void ModeKeeper::Look() { now_ = ReadNow(); }

ModeKeeper::Found ModeKeeper::Load() {
  if (std::optional<std::string> bytes = store_.Load(StateFile::kMode)) {
    if (!stored_.ParseFromString(*bytes)) {
      store_.SetAside(StateFile::kMode, "garbage");
      stored_.Clear();
    }
  }
  const std::string boot_id = seams_.clock.BootId();
  const bool same_boot = stored_.boot_id() == boot_id;
  // Never back to refusing within a boot: what came up in between was decided on by nobody.
  if (same_boot && stored_.observing()) now_.mode = BootMode::kObserve;
  // Refused in this boot until just now, and whoever stopped it may have died before it was done.
  const bool observe_now =
      !Refuses() && same_boot && (stored_.observing() || stored_.told() != v1::MODE_OBSERVE);

  if (!now_.undone.empty()) WriteUndone();
  TellUndone();
  if (Rescues() && stored_.rescue_boot_id() != boot_id) {
    if (reporter_.Record(EventOf(v1::EVENT_KIND_RESCUE_BOOTED)).ok()) {
      stored_.set_rescue_boot_id(boot_id);
    }
  }
  const v1::Mode before = stored_.told();
  const v1::Mode after = ToProto(now_.mode);
  if (before != after) {
    const bool rescue = before == v1::MODE_RESCUE || after == v1::MODE_RESCUE;
    (void)TellChange(before, after,
                     !now_.undone.empty()              ? "undone"
                     : rescue                          ? "rescue"
                     : stored_.ordered_next() == after ? "ordered"
                                                       : "installed",
                     IfUnwritable::kWait);
  }
  stored_.set_observing(observe_now);
  if (stored_.ordered_next() == after) stored_.clear_ordered_next();
  stored_.set_boot_id(boot_id);
  Save();
  WatchTrial();
  return observe_now ? Found::kObserveNow : Found::kAsItWas;
}

void ModeKeeper::Refresh() {
  if (!Refuses()) return;  // that stays so until the boot ends
  const platform::ThisBoot now = ReadNow();
  if (now.mode == now_.mode) return;
  if (!now.undone.empty()) WriteUndone();
  Enter(now, !now.undone.empty()              ? "undone"
             : now.mode == BootMode::kEnforce ? "confirmed"
                                              : "installed");
}

std::optional<platform::BootTime> ModeKeeper::TrialDeadline() const {
  if (now_.mode != BootMode::kTrial) return std::nullopt;
  return now_.trial_deadline;
}

platform::BootImage ModeKeeper::Image() {
  platform::BootImage image = seams_.boot_control.Image();
  const bool stale = image.state == platform::BootImage::State::kStale;
  const std::string told = stale ? image.detail : "";
  if (told == stored_.stale_image() || image.state == platform::BootImage::State::kCarrying) {
    return image;
  }
  if (stale) {
    const std::size_t lacks = image.detail.find(" lacks ");
    v1::Event event = EventOf(v1::EVENT_KIND_BOOT_IMAGE_STALE);
    AddParameter(event, "image", image.detail.substr(0, lacks));
    if (lacks != std::string::npos) {
      AddParameter(event, "lacks", image.detail.substr(lacks + std::string_view(" lacks ").size()));
    }
    if (!reporter_.Record(std::move(event)).ok()) return image;
  }
  stored_.set_stale_image(told);
  Save();
  return image;
}

platform::NextBoot ModeKeeper::Wanted(const v1::SetMode& order) const {
  platform::NextBoot wanted = Next();
  wanted.trial =
      std::chrono::seconds(order.trial_seconds() == 0 ? kTrialSeconds : order.trial_seconds());
  if (order.mode() == v1::MODE_OBSERVE) {
    wanted.mode = BootMode::kObserve;
  } else if (order.confirmed() || now_.mode == BootMode::kEnforce) {
    wanted.mode = BootMode::kEnforce;  // it holds already, or whoever orders it answers for it
  } else if (now_.mode == BootMode::kObserve || wanted.mode == BootMode::kObserve) {
    wanted.mode = BootMode::kTrial;
  }
  return wanted;
}

absl::Status ModeKeeper::Order(const v1::SetMode& order, const std::function<void()>& applied) {
  if (order.mode() != v1::MODE_OBSERVE && order.mode() != v1::MODE_ENFORCE) {
    return absl::InvalidArgumentError("no-such-mode");
  }
  if (order.trial_seconds() != 0 &&
      (order.trial_seconds() < kMinTrialSeconds || order.trial_seconds() > kMaxTrialSeconds)) {
    return absl::InvalidArgumentError("trial-seconds");
  }
  Refresh();
  const platform::NextBoot wanted = Wanted(order);
  const v1::Mode before = ToProto(now_.mode);
  const bool opens = wanted.mode == BootMode::kObserve && Refuses() && !Rescues();
  // No unaudited allow: recorded, then done. What counts from the next boot on is recorded by that
  // boot as well.
  if (opens && !TellChange(before, v1::MODE_OBSERVE, "ordered", IfUnwritable::kForget).ok()) {
    return absl::UnavailableError("unrecordable");
  }
  platform::Outcome set = seams_.boot_control.SetNext(wanted);
  // What is written holds, whatever else of it failed.
  if (!set.ok() && Next().mode != wanted.mode) {
    if (opens) (void)TellChange(v1::MODE_OBSERVE, before, "ordered", IfUnwritable::kWait);
    return absl::UnavailableError(set.failure().ToString());
  }
  if (!set.ok()) Log(Severity::kWarning, absl::StrCat("set the mode: ", set.failure().ToString()));
  applied();
  stored_.set_ordered_next(ToProto(wanted.mode));
  platform::ThisBoot now = now_;
  if (now_.mode == BootMode::kTrial && wanted.mode == BootMode::kEnforce) {
    now.mode = BootMode::kEnforce;
    Enter(now, "confirmed");
  } else if (opens) {
    now.mode = BootMode::kObserve;
    Settle(now);
  } else {
    Save();
  }
  return absl::OkStatus();
}

Answer<v1::LocalConfirmReply> ModeKeeper::Confirm() {
  Refresh();
  if (now_.mode == BootMode::kTrial) {
    platform::NextBoot next = Next();
    next.mode = BootMode::kEnforce;
    platform::Outcome set = seams_.boot_control.SetNext(next);
    // What is written holds, whatever else of it failed.
    if (!set.ok() && Next().mode != BootMode::kEnforce) {
      return Fail(v1::LOCAL_ERROR_UNAVAILABLE, "mode-unwritable",
                  {{"detail", set.failure().ToString()}});
    }
    platform::ThisBoot now = now_;
    now.mode = BootMode::kEnforce;
    Enter(now, "confirmed");
  }
  if (now_.mode != BootMode::kEnforce) {
    return Fail(v1::LOCAL_ERROR_ALREADY, "no-trial", {{"mode", Name(ToProto(now_.mode))}});
  }
  v1::LocalConfirmReply reply;
  reply.set_mode(ToProto(now_.mode));
  return reply;
}

void ModeKeeper::WriteUndone() {
  if (seams_.boot_control.Now().mode != BootMode::kTrial) return;
  platform::NextBoot observing = Next();
  observing.mode = BootMode::kObserve;
  if (platform::Outcome set = seams_.boot_control.SetNext(observing); !set.ok()) {
    Log(Severity::kWarning,
        absl::StrCat("write that the trial is undone: ", set.failure().ToString()));
  }
}

void ModeKeeper::Enter(const platform::ThisBoot& now, const char* cause) {
  const v1::Mode before = ToProto(now_.mode);
  now_ = now;
  TellUndone();
  (void)TellChange(before, ToProto(now_.mode), cause, IfUnwritable::kWait);
  Settle(now);
}

void ModeKeeper::Settle(const platform::ThisBoot& now) {
  now_ = now;
  stored_.set_observing(!Refuses());
  Save();
  WatchTrial();
  if (!Refuses()) observes_();
}

void ModeKeeper::TellUndone() {
  const std::string boot_id = seams_.clock.BootId();
  if (now_.undone.empty() || stored_.undone_boot_id() == boot_id) return;
  v1::Event event = EventOf(v1::EVENT_KIND_TRIAL_UNDONE);
  AddParameter(event, "where", now_.undone);
  if (now_.trial_deadline.count() > 0) {
    AddParameter(
        event, "seconds",
        absl::StrCat(
            std::chrono::duration_cast<std::chrono::seconds>(now_.trial_deadline).count()));
  }
  // Remembered once it is durable: told twice rather than never.
  if (reporter_.Record(std::move(event)).ok()) stored_.set_undone_boot_id(boot_id);
}

absl::Status ModeKeeper::TellChange(v1::Mode before, v1::Mode after, const char* cause,
                                    IfUnwritable if_unwritable) {
  v1::Event event = EventOf(v1::EVENT_KIND_MODE_CHANGED);
  AddParameter(event, "before", Name(before));
  AddParameter(event, "after", Name(after));
  AddParameter(event, "cause", cause);
  absl::Status recorded = reporter_.Record(std::move(event), if_unwritable);
  if (recorded.ok() || if_unwritable == IfUnwritable::kWait) stored_.set_told(after);
  return recorded;
}

// The barrier restarts agentd when it has undone a trial. That may fail; the deadline does not.
void ModeKeeper::WatchTrial() {
  trial_end_.reset();
  if (now_.mode != BootMode::kTrial) return;
  trial_end_ = seams_.loop.At(now_.trial_deadline + kAfterTrial, [this] { Refresh(); });
}

void ModeKeeper::Save() {
  if (absl::Status saved = store_.Save(StateFile::kMode, stored_.SerializeAsString());
      !saved.ok()) {
    Log(Severity::kWarning, absl::StrCat("cannot remember the mode: ", saved.message()));
  }
}

}  // namespace sekisho::engine
