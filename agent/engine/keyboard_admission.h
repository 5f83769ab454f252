#ifndef SEKISHO_AGENT_ENGINE_KEYBOARD_ADMISSION_H_
#define SEKISHO_AGENT_ENGINE_KEYBOARD_ADMISSION_H_

#include <memory>
#include <optional>
#include <string>

#include "agent/engine/device_control.h"
#include "agent/engine/mode_keeper.h"
#include "agent/engine/reporter.h"
#include "agent/engine/seams.h"
#include "agent/engine/state_store.h"
#include "sekisho/v1/agent_state.pb.h"
#include "sekisho/v1/local.pb.h"

namespace sekisho::engine {

// The keyboard broke, another one is plugged in, and the office cannot be asked: it is let in for
// as long as it stays plugged in, by typing on it a code that the screen shows. Only while the
// terminal refuses, has not reached its console for half a minute, and has nothing else to type on;
// only a device that is nothing but input, once a plug and three times an hour.
//
// While the code is asked for the device is let in to the kernel (recorded first) and what it types
// reaches nothing; from the right code on it reaches everything (recorded first again). Never
// adopted: whatever is plugged in later, or present at the next start, is refused.
class KeyboardAdmission {
 public:
  // All outlive this.
  KeyboardAdmission(Seams& seams, StateStore& store, Reporter& reporter, const ModeKeeper& mode,
                    DeviceControl& control)
      : seams_(seams),
        store_(store),
        reporter_(reporter),
        mode_(mode),
        control_(control),
        unreached_since_(seams.clock.Now()) {}

  // What an agentd before this one admitted in this boot. Before the devices are looked at.
  void Load();
  // After: whatever it left half done has been shut by then, and the screen may be given back.
  void Start();
  // Shuts what has not been admitted yet.
  void Stop();
  void LinkIs(v1::LinkState state);
  // After anything that may change who is asked.
  void Look();
  // For DeviceControl: whether this very device is to be open on this account.
  bool Admits(const DeviceEntry& entry) const;

 private:
  enum class Stage {
    kIdle,
    kShowing,   // the screen is being taken; nothing is open
    kOpening,   // the device is to be let in
    kAsking,    // it is, and what it types reaches nothing
    kShutting,  // the round is lost; the screen and the keys are held until the device is shut
    kAdmitted,
  };
  // One device that was, or is to be, let in.
  struct Asked {
    std::shared_ptr<platform::OpenDevice> held;  // null: admitted before this agentd, not seen yet
    core::Device device;
  };

  bool IsAsked(const DeviceEntry& entry) const;
  DeviceEntry* FindAsked() const;
  bool IsOpen() const;
  void Consider();
  platform::BootTime NotBefore();
  void Begin(DeviceEntry& entry);
  void Shown();
  void Judged(platform::KeyboardCode::Verdict verdict, unsigned attempts);
  void Failed(const platform::Failure& failure);
  void Admit(const DeviceEntry& entry, unsigned attempts);
  void Lose(unsigned attempts);
  void EndLost();
  void Settle();
  absl::Status Save();

  Seams& seams_;
  StateStore& store_;
  Reporter& reporter_;
  const ModeKeeper& mode_;
  DeviceControl& control_;
  v1::StoredKeyboard stored_;
  Stage stage_ = Stage::kIdle;
  Asked asked_;
  unsigned attempts_ = 0;
  // nullopt: the console is reached.
  std::optional<platform::BootTime> unreached_since_;
  platform::BootTime retry_at_{};
  std::unique_ptr<platform::EventLoop::Handle> alarm_;
  std::unique_ptr<platform::KeyboardCode::Round> round_;
};

}  // namespace sekisho::engine

#endif  // SEKISHO_AGENT_ENGINE_KEYBOARD_ADMISSION_H_
