#include "agent/engine/engine.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/engine/log.h"
#include "agent/engine/status_beat.h"
#include "proto/contract/bounds.h"
#include "proto/contract/convert.h"
#include "proto/contract/keys.h"
#include "sekisho/version.h"

namespace sekisho::engine {
namespace {

// How long before its deadline a grant's backstop is moved behind agentd, which then closes it
// itself; and by how much. A dead agentd moves nothing, and the backstop fires on the deadline.
constexpr std::chrono::seconds kHandover{3};
constexpr std::chrono::seconds kBehind{20};
// Below this a wall clock is being kept, not moved.
constexpr std::chrono::seconds kClockStep{5};
constexpr unsigned kTicksBetweenProbes = 5;

std::chrono::milliseconds WallOffset(const platform::Clock& clock) {
  return clock.WallNow().time_since_epoch() -
         std::chrono::duration_cast<std::chrono::milliseconds>(clock.Now());
}

}  // namespace

Engine::Engine(Seams seams, Settings settings)
    : seams_(seams),
      settings_(std::move(settings)),
      store_(seams_.files, settings_.state_directory),
      reporter_(spool::Options{settings_.state_directory + "/spool.db",
                               settings_.run_directory + "/sequence", seams_.clock.BootId(),
                               settings_.spool_max_bytes},
                seams_.clock, seams_.files, seams_.seat),
      throttle_(reporter_, seams_.clock),
      identity_(store_),
      policies_(store_),
      media_(settings_.state_directory + "/register.db"),
      grants_(store_),
      adoption_(seams_, store_, reporter_, identity_),
      beacons_(seams_.clock),
      mode_(seams_, store_, reporter_, [this] { control_.BeginObserving(); }),
      medium_watch_(
          seams_, reporter_, throttle_, mode_,
          MediumWatch::Devices{
              .look_first = [this] { control_.OnNotices(); },
              .holder_of =
                  [this](const platform::MediumNode& node) { return control_.HolderOf(node); },
          }),
      control_(seams_, settings_, reporter_, grants_, policies_, media_, adoption_.adopted(), mode_,
               medium_watch_,
               DeviceWatch{
                   .admitted = [this](const DeviceEntry& each) { return keyboard_.Admits(each); },
                   .surroundings = [this](const DeviceEntry&) { return around_.Now(); },
                   .reconciled =
                       [this] {
                         around_.Arrange();
                         keyboard_.Look();
                         files_.Look();
                         volumes_.Look();
                       },
               },
               [this] { return Here(); }),
      files_(seams_.file_record, reporter_, control_.table()),
      volumes_(seams_, grants_, control_.table(), [this] { OnVolumeUsedUp(); }),
      around_(seams_, policies_, [this] { control_.Reconcile(); }),
      keyboard_(seams_, store_, reporter_, mode_, control_),
      protections_(seams_, reporter_, mode_, control_, [this] { return login_ways_.Attempt(); }),
      uplink_(reporter_, identity_),
      logins_mode_(store_, seams_.files, reporter_, settings_.logins_file),
      factor_store_(store_),
      factor_judge_(seams_.clock, factor_store_, reporter_,
                    [this] { return beacons_.ConsoleTime(); }),
      factor_office_(seams_.logins, seams_.clock, factor_store_, factor_judge_, logins_mode_,
                     reporter_, settings_.host.hostname, [this] { RecordSetAside(); }),
      orders_(seams_.clock, store_, reporter_, throttle_, identity_, mode_, adoption_,
              control_.table(), factor_office_,
              OrderEffects{
                  .reconcile = [this] { control_.ReconcileAnew(); },
                  .say_status = [this] { SendStatus(); },
                  .console_time = [this] { return beacons_.ConsoleTime(); },
              }),
      departure_(seams_, reporter_, identity_, orders_, uplink_),
      downlink_(
          reporter_, throttle_, identity_, policies_, media_, grants_, orders_, uplink_, beacons_,
          DownlinkEffects{
              .reconcile =
                  [this] {
                    control_.ReconcileAnew();
                    ScheduleAlarm();
                    logins_mode_.Follow(policies_.policy());
                  },
              .end_grant = [this](const std::string& id, core::GrantEnd end) { EndGrant(id, end); },
              .time_known =
                  [this] {
                    ResumeGrants();
                    orders_.TimeKnown();
                  },
              .say_status = [this] { SendStatus(); },
              .anchor_changed = [this] { SendConfiguration(); },
              .acknowledged =
                  [this](const v1::Acknowledgement& each) { departure_.Acknowledged(each); },
              .here = [this] { return Here(); },
              .foresee = [this](const core::Policy& each) { return control_.Foresee(each); },
          }),
      origin_(seams_, settings_, store_),
      enrolment_(
          seams_, settings_.host, identity_, uplink_, [this] { OnEnrolled(); },
          [this] { return origin_.moved(); }),
      // Only consoles that know modes carry parcels; one that has sent a register knows that too.
      parcels_(
          store_, seams_.clock, identity_, reporter_, beacons_, downlink_, enrolment_,
          [this] {
            return MakeStatus(media_.version() == 0 ? StatusForm::kModes : StatusForm::kRegister);
          }),
      unattended_(seams_, settings_, enrolment_,
                  [this] { return identity_.get() == nullptr || origin_.moved(); }),
      integrity_(seams_.loop, seams_.clock, seams_.file_watch, store_, reporter_),
      login_desk_(
          seams_.logins, seams_.clock, factor_judge_, logins_mode_, reporter_, throttle_,
          [this] { RecordSetAside(); }, [this](int pid) { session_watch_.LetIn(pid); }),
      session_watch_(seams_.loop, seams_.clock, seams_.files, seams_.login_sessions, seams_.logins,
                     logins_mode_, reporter_, settings_.run_directory + "/login-sessions"),
      login_ways_(seams_.loop, seams_.clock, seams_.login_watch, logins_mode_, reporter_),
      wall_offset_(WallOffset(seams_.clock)),
      watchers_(std::make_shared<
                std::map<std::uint64_t, std::function<void(const v1::LocalNotice&)>>>()) {}

Engine::~Engine() = default;

core::Here Engine::Here() const {
  core::Here here;
  if (const Identity* identity = identity_.get()) {
    here.organisation_id = identity->organisation_id();
    here.terminal_id = identity->terminal_id();
  }
  here.boot_id = seams_.clock.BootId();
  here.now = seams_.clock.Now();
  here.console_time = beacons_.ConsoleTime();
  here.read_only = medium_watch_.ReadOnly();
  return here;
}

void Engine::Start() {
  mode_.Look();
  platform::Outcome denied =
      mode_.Refuses() ? seams_.enforcer.DenyNewDevices() : platform::Outcome(platform::Done{});
  identity_.Load();
  origin_.BeginWith(identity_.get());
  reporter_.Open();
  reporter_.OnRecorded([this](const v1::Event& event) { OnRecorded(event); });
  v1::Event started = EventOf(v1::EVENT_KIND_AGENT_STARTED);
  AddParameter(started, "version", SEKISHO_VERSION);
  (void)reporter_.Record(std::move(started));
  if (!denied.ok()) {
    Log(Severity::kError, absl::StrCat("cannot deny new devices: ", denied.failure().ToString()));
    v1::Event event = EventOf(v1::EVENT_KIND_ENFORCEMENT_FAILED);
    AddParameter(event, "step", "deny new devices");
    AddParameter(event, "error", denied.failure().ToString());
    (void)reporter_.Record(std::move(event));
  }
  const ModeKeeper::Found found = mode_.Load();
  medium_watch_.Start();
  LoadState();
  RecordClosures();
  EndDueGrants();
  device_watch_ =
      seams_.loop.WatchReadable(seams_.devices.Readable(), [this] { control_.OnNotices(); });
  control_.Rescan("start");
  if (found == ModeKeeper::Found::kObserveNow) control_.BeginObserving();
  keyboard_.Start();
  protections_.Try();
  ScheduleAlarm();
  integrity_.Start();
  logins_mode_.OnChanged([this] { login_ways_.ModeChanged(); });
  login_ways_.Start();
  session_watch_.Start();
  RecordSetAside();
}

void Engine::LoadState() {
  origin_.Tell(reporter_);
  adoption_.Load();
  keyboard_.Load();
  parcels_.Load();
  if (identity_.get() != nullptr) {
    policies_.Load(*identity_.get());
    media_.Load(*identity_.get());
    grants_.Load(*identity_.get(), Here());
    orders_.Load();
  }
  logins_mode_.Load(policies_.policy());
  RecordSetAside();
}

void Engine::RecordSetAside() {
  for (const SetAsideState& each : store_.TakeSetAside()) {
    v1::Event event = EventOf(v1::EVENT_KIND_STATE_SET_ASIDE);
    AddParameter(event, "file", each.file);
    AddParameter(event, "cause", each.cause);
    (void)reporter_.Record(std::move(event));
  }
  if (const std::optional<SetAsideState> aside = media_.TakeSetAside()) {
    v1::Event event = EventOf(v1::EVENT_KIND_STATE_SET_ASIDE);
    AddParameter(event, "file", aside->file);
    AddParameter(event, "cause", aside->cause);
    (void)reporter_.Record(std::move(event));
  }
}

// What the backstop did while nobody was here to say it.
void Engine::RecordClosures() {
  platform::Result<std::vector<platform::Closure>> closures = seams_.backstop.Closures();
  if (!closures.ok()) return;
  const auto has = [](const std::vector<std::string>& steps, std::string_view step) {
    return std::ranges::find(steps, step) != steps.end() ? "yes" : "no";
  };
  for (const platform::Closure& closure : *closures) {
    absl::Status recorded = absl::OkStatus();
    for (const platform::Holder& holder : closure.ended) {
      v1::Event event = EventOf(v1::EVENT_KIND_HOLDER_ENDED);
      event.set_grant_id(closure.opened.grant_id);
      AddParameter(event, "pid", absl::StrCat(holder.pid));
      AddText(event, "program", holder.program);
      AddParameter(event, "uid", absl::StrCat(holder.uid));
      AddParameter(event, "signal", "KILL");
      AddParameter(event, "by", "backstop");
      recorded.Update(reporter_.Record(std::move(event)));
    }
    v1::Event event = EventOf(v1::EVENT_KIND_MEDIUM_CLOSED);
    event.set_grant_id(closure.opened.grant_id);
    AddParameter(event, "flushed", has(closure.done, "flushed"));
    AddParameter(event, "unmounted", has(closure.done, "unmounted"));
    AddParameter(event, "deauthorised", has(closure.done, "deauthorised"));
    AddParameter(event, "by", "backstop");
    AddParameter(event, "port", closure.opened.port_path);
    AddParameter(event, "at_boottime_ns", absl::StrCat(closure.at.count()));
    for (const std::string& step : closure.failed) AddParameter(event, "failed", step);
    recorded.Update(reporter_.Record(std::move(event)));
    // Forgotten once it is durable: recorded twice rather than never.
    if (recorded.ok()) (void)seams_.backstop.ForgetClosure(closure.opened.grant_id);
  }
}

void Engine::EndDueGrants() {
  const core::Here here = Here();
  std::vector<std::pair<std::string, core::GrantEnd>> due;
  for (const core::Grant& grant : grants_.grants()) {
    if (std::optional<core::GrantEnd> end = core::DueEnd(grant, here)) {
      due.emplace_back(grant.claims.grant_id, *end);
    }
  }
  for (const auto& [grant_id, end] : due) EndGrant(grant_id, end);
}

void Engine::EndGrant(const std::string& grant_id, core::GrantEnd end) {
  (void)grants_.End(grant_id, end);  // in memory at once; on disk with the tick if not now
  control_.Reconcile();              // acts, then records
  v1::Event event = EventOf(v1::EVENT_KIND_GRANT_ENDED);
  event.set_grant_id(grant_id);
  AddParameter(event, "cause", core::Name(end));
  if (const core::Grant* grant = grants_.Find(grant_id);
      grant != nullptr && grant->claims.max_written != 0) {
    AddParameter(event, "written", absl::StrCat(grant->written));
  }
  (void)reporter_.Record(std::move(event));
  ScheduleAlarm();
}

void Engine::OnVolumeUsedUp() {
  used_up_ = seams_.loop.At(seams_.clock.Now(), [this] {
    used_up_.reset();
    EndDueGrants();
  });
}

void Engine::ResumeGrants() {
  const core::Here here = Here();
  std::vector<core::GrantClaims> resumed;
  for (const core::Grant& grant : grants_.grants()) {
    if (std::optional<core::GrantClaims> claims = core::Resume(grant, here)) {
      resumed.push_back(*std::move(claims));
    }
  }
  for (const core::GrantClaims& claims : resumed) (void)grants_.Resume(claims);
  EndDueGrants();
  if (!resumed.empty()) {
    control_.ReconcileAnew();
    ScheduleAlarm();
  }
}

void Engine::ScheduleAlarm() {
  alarm_.reset();
  std::optional<core::BootTime> next;
  for (const core::Grant& grant : grants_.grants()) {
    if (!core::IsRunning(grant, Here())) continue;
    const core::BootTime handover = grant.claims.deadline - kHandover;
    const core::BootTime when = seams_.clock.Now() < handover && !grant.active_port.empty()
                                    ? handover
                                    : grant.claims.deadline;
    if (!next || when < *next) next = when;
  }
  if (next) alarm_ = seams_.loop.At(*next, [this] { OnAlarm(); });
}

void Engine::OnAlarm() {
  const core::Here here = Here();
  for (const core::Grant& grant : grants_.grants()) {
    if (!mode_.Refuses() || grant.active_port.empty() || !core::IsRunning(grant, here) ||
        here.now < grant.claims.deadline - kHandover) {
      continue;
    }
    const DeviceEntry* entry = control_.table().Find(grant.active_port);
    if (entry == nullptr) continue;
    // Two that close the same medium at the same instant would end its holders twice over.
    platform::Outcome moved =
        seams_.backstop.Arm(platform::OpenedDevice{grant.claims.grant_id, grant.active_port,
                                                   contract::ToHex(entry->device.fingerprint)},
                            grant.claims.deadline + kBehind);
    if (!moved.ok()) {
      Log(Severity::kWarning, absl::StrCat("move backstop: ", moved.failure().ToString()));
    }
  }
  EndDueGrants();
  ScheduleAlarm();
}

platform::BootTime Engine::Tick() {
  const core::Recording before = reporter_.recording();
  reporter_.Retry();
  grants_.Retry();
  orders_.Retry();
  mode_.Refresh();
  medium_watch_.Look();
  throttle_.Flush();
  unattended_.Tick();
  CheckClock();
  if (identity_.get() != nullptr && beacons_.BecameStale()) {
    v1::Event event = EventOf(v1::EVENT_KIND_BEACON_STALE);
    AddParameter(
        event, "seconds",
        absl::StrCat(std::chrono::duration_cast<std::chrono::seconds>(beacons_.Silence()).count()));
    (void)reporter_.Record(std::move(event));
  }
  grants_.Prune(Here());
  EndDueGrants();
  if (++ticks_ % kTicksBetweenProbes == 0 || before != reporter_.recording()) protections_.Try();
  adoption_.Complete(control_.table());
  control_.ReconcileAnew();
  ScheduleAlarm();
  SendStatus();
  uplink_.Send();
  return NextStatus(seams_.clock.Now(), beacons_.ConsoleTime());
}

void Engine::CheckClock() {
  const std::chrono::milliseconds offset = WallOffset(seams_.clock);
  const std::chrono::milliseconds moved = offset - std::exchange(wall_offset_, offset);
  if (moved < kClockStep && moved > -kClockStep) return;
  v1::Event event = EventOf(v1::EVENT_KIND_CLOCK_MOVED);
  AddParameter(event, "seconds",
               absl::StrCat(std::chrono::duration_cast<std::chrono::seconds>(moved).count()));
  (void)reporter_.Record(std::move(event));
}

void Engine::Stop() {
  keyboard_.Stop();
  for (auto& [port_path, entry] : control_.table().entries()) control_.TellHeldBack(entry);
  (void)reporter_.Record(EventOf(v1::EVENT_KIND_AGENT_STOPPED));
}

}  // namespace sekisho::engine
