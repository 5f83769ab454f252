#ifndef SEKISHO_AGENT_ENGINE_MEDIUM_WATCH_H_
#define SEKISHO_AGENT_ENGINE_MEDIUM_WATCH_H_

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "agent/engine/device_table.h"
#include "agent/engine/mode_keeper.h"
#include "agent/engine/reporter.h"
#include "agent/engine/seams.h"
#include "agent/engine/throttle.h"

namespace sekisho::engine {

// Keeps the medium guard as the terminal's mode wants it, and tells what became of it and of
// whoever it refused.
class MediumWatch {
 public:
  // All outlive this. `holder_of`: the device that a medium belongs to, null when it is none of
  // those that are known; called after `look_first`, which takes in what the kernel told before.
  struct Devices {
    std::function<void()> look_first;
    std::function<const DeviceEntry*(const platform::MediumNode&)> holder_of;
  };
  MediumWatch(Seams& seams, Reporter& reporter, Throttle& throttle, const ModeKeeper& mode,
              Devices devices)
      : seams_(seams),
        reporter_(reporter),
        throttle_(throttle),
        mode_(mode),
        devices_(std::move(devices)) {}

  // Has it refuse, or only look, as the mode says; watches it from here on.
  void Start();
  // The mode has changed.
  void Follow();
  // Sees how it stands; a loss is told once and mended if it can be.
  void Look();
  // That process of ours tried to write to it just now, and ended: being refused was the point.
  void LeaveOut(const platform::MediumNode& node, int pid) { ours_.push_back({node, pid}); }
  // Whether it refuses what was not admitted: as it was when it was last seen.
  bool Stands() const {
    return seams_.medium_guard != nullptr && state_ == platform::GuardState::kStands;
  }
  // Whether read-only could be held, as far as this terminal goes.
  core::ReadOnlySupport ReadOnly() const {
    return Stands() && seams_.medium_hold != nullptr ? core::ReadOnlySupport::kHeld
                                                     : core::ReadOnlySupport::kUnavailable;
  }

 private:
  void OnReadable();
  struct Ours {
    platform::MediumNode node;
    int pid = 0;
  };
  void Tell(const platform::MediumRefusal& refusal);
  void RecordLost(platform::GuardState state, const std::string& detail);

  Seams& seams_;
  Reporter& reporter_;
  Throttle& throttle_;
  const ModeKeeper& mode_;
  Devices devices_;
  // Whatever was refused to these is told with the next call of Drain, and to nobody after it.
  std::vector<Ours> ours_;
  platform::GuardState state_ = platform::GuardState::kStands;
  std::unique_ptr<platform::EventLoop::Handle> watch_;
};

}  // namespace sekisho::engine

#endif  // SEKISHO_AGENT_ENGINE_MEDIUM_WATCH_H_
