#ifndef SEKISHO_AGENT_ENGINE_DEVICE_CONTROL_H_
#define SEKISHO_AGENT_ENGINE_DEVICE_CONTROL_H_

#include <functional>
#include <string>
#include <vector>

#include "agent/core/decide.h"
#include "agent/engine/device_questions.h"
#include "agent/engine/device_table.h"
#include "agent/engine/grant_book.h"
#include "agent/engine/medium_admission.h"
#include "agent/engine/medium_closer.h"
#include "agent/engine/medium_watch.h"
#include "agent/engine/mode_keeper.h"
#include "agent/engine/policy_keeper.h"
#include "agent/engine/register_keeper.h"
#include "agent/engine/reporter.h"
#include "agent/engine/seams.h"

namespace sekisho::engine {

// Who else has a word on devices, and wants to see them.
struct DeviceWatch {
  // Let in by the code on the screen (agent/engine/keyboard_admission.h).
  std::function<bool(const DeviceEntry&)> admitted;
  // What rules may ask besides of it.
  std::function<core::Surroundings(const DeviceEntry&)> surroundings;
  // After each reconciliation.
  std::function<void()> reconciled;
};

// Where wanted and enforced meet: notices in, verdicts, effects and events out. A shut acts and is
// then recorded. An allow is recorded durably and then acts; the adopted devices alone are let in
// first, so that a full disk locks nobody out. While the terminal observes, verdicts are told and
// nothing is done.
class DeviceControl {
 public:
  // All outlive this. `here` says who and when; `adopted` is the list in force.
  DeviceControl(Seams& seams, const Settings& settings, Reporter& reporter, GrantBook& grants,
                PolicyKeeper& policies, RegisterKeeper& media,
                const std::vector<core::AdoptedDevice>& adopted, ModeKeeper& mode,
                MediumWatch& medium_watch, DeviceWatch watch, std::function<core::Here()> here)
      : seams_(seams),
        reporter_(reporter),
        grants_(grants),
        policies_(policies),
        media_(media),
        adopted_(adopted),
        mode_(mode),
        medium_watch_(medium_watch),
        watch_(std::move(watch)),
        here_(std::move(here)),
        table_(seams.devices),
        closer_(seams, settings, reporter),
        admission_(seams, reporter, grants, medium_watch),
        questions_(seams, table_, [this] { return NamesKeys(); }, [this] { Reconcile(); }) {}

  // Whatever the source has to tell.
  void OnNotices();
  // Compares with everything that is present, and reconciles.
  void Rescan(const std::string& cause);
  // Decides on every device again and makes it so. Anything that changes a verdict calls this.
  void Reconcile();
  // The same, for devices that could not be opened before as well.
  void ReconcileAnew();
  // The terminal stops refusing: new devices come up from now on, and what is shut is let in. Takes
  // down what would still shut something on its own.
  void BeginObserving();

  // What `policy` in place of the one in force would do to keyboards and pointers, as far as what
  // is plugged in tells. Nothing is lost to a terminal that refuses nothing.
  InputFates Foresee(const core::Policy& policy) const;

  DeviceTable& table() { return table_; }
  const DeviceTable& table() const { return table_; }
  // The device that a medium belongs to; null when it is none of those here.
  const DeviceEntry* HolderOf(const platform::MediumNode& node) const;
  // Whether the kernel keeps it shut when its verdict says so.
  bool IsHeld(const DeviceEntry& entry) const;
  // A reference for a device that has none open.
  const std::string& ReferenceOf(DeviceEntry& entry);
  // Tells a block that waits for the device's answer, as far as it is known: something is about to
  // follow it in the history.
  void TellHeldBack(DeviceEntry& entry);

 private:
  void OnNotice(const platform::DeviceNotice& notice);
  void Appeared(const std::string& port_path);
  void Gone(const std::string& port_path);
  void Altered(const std::string& port_path);
  // Whether a notice may be about anything that is known here: most disks' are not.
  bool Concerns(const platform::DeviceNotice& notice) const;
  // What is there now, read. Null when nothing is, and for the machine's own disks: those are no
  // devices. When nobody can tell them (no second layer), what was there before agentd is taken for
  // the machine's own, and what comes later is not.
  enum class Came { kBefore, kNow };
  // DeviceTable::Look; tells of interfaces that somebody else has opened since.
  DeviceTable::Reread Look(DeviceEntry& entry);
  void LookAtParts();
  DeviceEntry* Observe(const std::string& port_path, Came came);
  void Rebuild(const std::string& cause);
  void ReconcileOnce();
  // The media of a device, as its verdict has them.
  void Settle(DeviceEntry& entry);
  // What needs no effect, and still has to be told once.
  void Tell(DeviceEntry& entry);
  void Decide(DeviceEntry& entry);
  void LookUp(DeviceEntry& entry);
  bool NamesKeys() const;
  core::Verdict DecideOn(const DeviceEntry& entry, const core::Policy* policy) const;
  void Open(const std::string& port_path);
  // With what its verdict has open of it, now.
  platform::Outcome Authorise(DeviceEntry& entry);
  void OpenAdopted(DeviceEntry& entry);
  void OpenRecorded(DeviceEntry& entry);
  void OpenFailed(DeviceEntry& entry, const std::string& step, const platform::Failure& failure);
  void Shut(const std::string& port_path);
  void Closed(const Closing& closing, CloseResult result);
  void LetIn(DeviceEntry& entry);
  void RecordBlock(DeviceEntry& entry);
  void RecordWouldBlock(DeviceEntry& entry);
  void ReleaseGrant(const std::string& grant_id, const std::string& port_path);
  bool ReadyBackstop(const DeviceEntry& entry);
  v1::Event EventAbout(v1::EventKind kind, const DeviceEntry& entry) const;

  Seams& seams_;
  Reporter& reporter_;
  GrantBook& grants_;
  PolicyKeeper& policies_;
  RegisterKeeper& media_;
  const std::vector<core::AdoptedDevice>& adopted_;
  ModeKeeper& mode_;
  MediumWatch& medium_watch_;
  DeviceWatch watch_;
  std::function<core::Here()> here_;
  DeviceTable table_;
  MediumCloser closer_;
  MediumAdmission admission_;
  DeviceQuestions questions_;
  // Reconcile called from within (a swap seen while authorising) runs once more instead.
  enum class Pass { kIdle, kRunning, kOnceMore };
  Pass pass_ = Pass::kIdle;
};

}  // namespace sekisho::engine

#endif  // SEKISHO_AGENT_ENGINE_DEVICE_CONTROL_H_
