#ifndef SEKISHO_AGENT_ENGINE_MODE_KEEPER_H_
#define SEKISHO_AGENT_ENGINE_MODE_KEEPER_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "agent/engine/failure.h"
#include "agent/engine/reporter.h"
#include "agent/engine/seams.h"
#include "agent/engine/state_store.h"
#include "sekisho/v1/agent_state.pb.h"
#include "sekisho/v1/local.pb.h"
#include "sekisho/v1/order.pb.h"

namespace sekisho::engine {

v1::Mode ToProto(platform::BootMode mode);
// "observe", "trial", "enforce", "rescue": what events say.
const char* Name(v1::Mode mode);

// Whether this terminal refuses, in this boot and the next: what the barrier did when the boot
// began, what the office orders, and what somebody at the keyboard confirms. The undoing of a trial
// is not done here but seen here: it must work without agentd.
class ModeKeeper {
 public:
  // All outlive this. `observes`: from refusing to observing within the boot, by whoever; lets
  // everything in.
  ModeKeeper(Seams& seams, StateStore& store, Reporter& reporter, std::function<void()> observes)
      : seams_(seams), store_(store), reporter_(reporter), observes_(std::move(observes)) {}

  // Which mode this boot is in. First of all, and reads nothing but what the barrier left.
  void Look();
  // Then, with a history to write to: what it has not been told of this boot. Whoever calls it has
  // let go of nothing yet; kObserveNow when what was refused in this boot must be let in.
  enum class Found { kAsItWas, kObserveNow };
  Found Load();
  // Somebody else may have undone or confirmed a trial since, or ended the refusing: the barrier,
  // or root with it. One small file, on a tmpfs.
  void Refresh();

  platform::BootMode mode() const { return now_.mode; }
  bool Refuses() const { return now_.mode != platform::BootMode::kObserve; }
  bool Rescues() const { return now_.mode == platform::BootMode::kRescue; }
  // Of a trial that runs, on the boot clock.
  std::optional<platform::BootTime> TrialDeadline() const;
  platform::NextBoot Next() const { return seams_.boot_control.Next(); }
  // Whatever the last order, or a hand at the terminal, wants the next boot to boot from.
  // BOOT_IMAGE_STALE is recorded once for each detail.
  platform::BootImage Image();

  // An order; `applied` is called once it is carried out, before anything that follows from it.
  // INVALID_ARGUMENT for one that can never be; otherwise it may be tried again.
  absl::Status Order(const v1::SetMode& order, const std::function<void()>& applied);
  // The trial holds. ENFORCE already is as good.
  Answer<v1::LocalConfirmReply> Confirm();

 private:
  // What the barrier says, and what the clock says of it.
  platform::ThisBoot ReadNow() const;
  platform::NextBoot Wanted(const v1::SetMode& order) const;
  using IfUnwritable = Reporter::IfUnwritable;
  // The barrier's alarm is late, or dead: what it would write is written for it, so that it has
  // nothing left to undo when it comes, and what is ordered now meets no trial that is over.
  void WriteUndone();
  // Tells of the change, and goes on from there.
  void Enter(const platform::ThisBoot& now, const char* cause);
  void Settle(const platform::ThisBoot& now);
  absl::Status TellChange(v1::Mode before, v1::Mode after, const char* cause,
                          IfUnwritable if_unwritable);
  void TellUndone();
  void WatchTrial();
  void Save();

  Seams& seams_;
  StateStore& store_;
  Reporter& reporter_;
  std::function<void()> observes_;
  platform::ThisBoot now_;
  v1::StoredMode stored_;
  std::unique_ptr<platform::EventLoop::Handle> trial_end_;
};

}  // namespace sekisho::engine

#endif  // SEKISHO_AGENT_ENGINE_MODE_KEEPER_H_
