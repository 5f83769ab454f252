#ifndef SEKISHO_AGENT_ENGINE_ENGINE_H_
#define SEKISHO_AGENT_ENGINE_ENGINE_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agent/engine/adoption.h"
#include "agent/engine/beacon_watch.h"
#include "agent/engine/departure.h"
#include "agent/engine/device_control.h"
#include "agent/engine/downlink.h"
#include "agent/engine/enrolment.h"
#include "agent/engine/factor_judge.h"
#include "agent/engine/factor_office.h"
#include "agent/engine/factor_store.h"
#include "agent/engine/failure.h"
#include "agent/engine/file_ledger.h"
#include "agent/engine/grant_book.h"
#include "agent/engine/identity.h"
#include "agent/engine/identity_origin.h"
#include "agent/engine/integrity.h"
#include "agent/engine/keyboard_admission.h"
#include "agent/engine/login_desk.h"
#include "agent/engine/login_ways_watch.h"
#include "agent/engine/logins_mode.h"
#include "agent/engine/medium_watch.h"
#include "agent/engine/mode_keeper.h"
#include "agent/engine/order_book.h"
#include "agent/engine/parcel.h"
#include "agent/engine/policy_keeper.h"
#include "agent/engine/protections.h"
#include "agent/engine/register_keeper.h"
#include "agent/engine/reporter.h"
#include "agent/engine/seams.h"
#include "agent/engine/session_watch.h"
#include "agent/engine/state_store.h"
#include "agent/engine/surroundings_watch.h"
#include "agent/engine/throttle.h"
#include "agent/engine/unattended.h"
#include "agent/engine/uplink.h"
#include "agent/engine/volume_watch.h"
#include "sekisho/v1/local.pb.h"

namespace sekisho::engine {

// sekisho-agentd without its sockets: the one place where core and platform meet. Everything runs
// on the loop's thread; there are no locks.
class Engine {
 public:
  // The seams outlive this.
  Engine(Seams seams, Settings settings);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // Denies, then remembers, then looks: new devices are refused before the first file of ours is
  // read. A terminal that observes is left as it is.
  void Start();
  // About once a minute, with the watchdog. Returns when the next is due.
  platform::BootTime Tick();
  // Says that it goes. Closes nothing: what was granted stays until its deadline.
  void Stop();

  // ---- For agent/local. Who may ask is decided there.
  v1::LocalStatusReply Status() const;
  v1::LocalDevicesReply Devices() const;
  Answer<v1::LocalWhyReply> Why(const std::string& device) const;
  Answer<v1::LocalExceptionReply> RequestException(const std::string& device,
                                                   const std::string& reason);
  Answer<v1::LocalReturnReply> Return(const std::string& device);
  void Enrol(const std::string& token, Enrolment::Done done);
  Parcels& parcels() { return parcels_; }
  Answer<v1::LocalAdoptReply> Adopt(const std::vector<std::string>& handles);
  v1::LocalDoctorReply Doctor();
  // The trial that runs holds.
  Answer<v1::LocalConfirmReply> Confirm();
  void Leave(Departure::Asking asking, Departure::Done done);
  // Who has which factors.
  FactorOffice& factors() { return factor_office_; }
  // For the login hook.
  LoginDesk& logins() { return login_desk_; }
  // The uid in front of the terminal; nullopt when nobody is.
  std::optional<unsigned> SeatUid() const;
  // Somebody misused a socket: one event a minute and cause.
  void ReportClient(const std::string& socket, const std::string& cause);
  // Called with each notice for the desktop until the returned handle is destroyed.
  class Watcher {
   public:
    virtual ~Watcher() = default;
  };
  std::unique_ptr<Watcher> Watch(std::function<void(const v1::LocalNotice&)> notify);

  // Null when it has gone. The port outlives its attachment.
  void AttachLink(LinkPort* port);
  void FromLink(const v1::LinkUp& message);

  platform::EventLoop& loop() { return seams_.loop; }
  const platform::Clock& clock() const { return seams_.clock; }
  // The history, for whoever looks at it.
  Reporter& reporter() { return reporter_; }

 private:
  core::Here Here() const;
  void LoadState();
  void OnEnrolled();
  void RecordSetAside();
  void RecordClosures();
  void EndDueGrants();
  void EndGrant(const std::string& grant_id, core::GrantEnd end);
  void OnVolumeUsedUp();
  void ResumeGrants();
  void ScheduleAlarm();
  void OnAlarm();
  void CheckClock();
  // Whether the console takes a Status that says more than the first release's did.
  enum class StatusForm { kFirst, kModes, kRegister, kFull };
  v1::Status MakeStatus(StatusForm form);
  void SendStatus();
  void SendConfiguration();
  void OnRecorded(const v1::Event& event);
  v1::LocalDevice Describe(const DeviceEntry& entry) const;
  v1::RunningGrant Describe(const core::Grant& grant) const;

  Seams seams_;
  const Settings settings_;
  StateStore store_;
  Reporter reporter_;
  Throttle throttle_;
  IdentityKeeper identity_;
  PolicyKeeper policies_;
  RegisterKeeper media_;
  GrantBook grants_;
  Adoption adoption_;
  BeaconWatch beacons_;
  ModeKeeper mode_;
  MediumWatch medium_watch_;
  DeviceControl control_;
  FileLedger files_;
  VolumeWatch volumes_;
  SurroundingsWatch around_;
  KeyboardAdmission keyboard_;
  Protections protections_;
  Uplink uplink_;
  LoginsMode logins_mode_;
  FactorStore factor_store_;
  FactorJudge factor_judge_;
  FactorOffice factor_office_;
  OrderBook orders_;
  Departure departure_;
  Downlink downlink_;
  IdentityOrigin origin_;
  Enrolment enrolment_;
  Parcels parcels_;
  UnattendedEnrolment unattended_;
  Integrity integrity_;
  LoginDesk login_desk_;
  SessionWatch session_watch_;
  LoginWaysWatch login_ways_;

  std::unique_ptr<platform::EventLoop::Handle> device_watch_;
  std::unique_ptr<platform::EventLoop::Handle> alarm_;
  std::unique_ptr<platform::EventLoop::Handle> used_up_;
  unsigned ticks_ = 0;
  std::chrono::milliseconds wall_offset_{};
  // Set while a batch is due; an alarm and not a posted task, so that it ends with the engine.
  std::unique_ptr<platform::EventLoop::Handle> flush_;
  std::shared_ptr<std::map<std::uint64_t, std::function<void(const v1::LocalNotice&)>>> watchers_;
  std::uint64_t next_watcher_ = 0;
};

}  // namespace sekisho::engine

#endif  // SEKISHO_AGENT_ENGINE_ENGINE_H_
