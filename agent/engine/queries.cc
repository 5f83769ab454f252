// Engine's answers to the local socket.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/engine/engine.h"
#include "agent/engine/minimise.h"
#include "proto/contract/convert.h"
#include "sekisho/version.h"

namespace sekisho::engine {
namespace {

constexpr std::size_t kMaxReasonBytes = 500;

class ListedWatcher : public Engine::Watcher {
 public:
  explicit ListedWatcher(std::function<void()> leave) : leave_(std::move(leave)) {}
  ~ListedWatcher() override { leave_(); }

 private:
  std::function<void()> leave_;
};

// What the person in front of the terminal is told without asking.
bool IsNotice(v1::EventKind kind) {
  switch (static_cast<int>(kind)) {
    case v1::EVENT_KIND_DEVICE_BLOCKED:
    case v1::EVENT_KIND_GRANT_OPENED:
    case v1::EVENT_KIND_GRANT_ENDED:
    case v1::EVENT_KIND_HOLDER_ENDED:
    case v1::EVENT_KIND_MEDIUM_CLOSED:
      return true;
    default:
      return false;
  }
}

// Of what a rule lets in the person hears where the rule says so.
bool AsksForNotice(const core::Policy* policy, const v1::Event& event) {
  if (policy == nullptr || event.kind() != v1::EVENT_KIND_DEVICE_ALLOWED ||
      event.verdict().reason() != v1::VERDICT_REASON_RULE) {
    return false;
  }
  return std::ranges::any_of(policy->rules, [&](const core::DeviceRule& rule) {
    return rule.notify && rule.id == event.verdict().rule_id();
  });
}

}  // namespace

v1::LocalDevice Engine::Describe(const DeviceEntry& entry) const {
  v1::LocalDevice described;
  described.set_handle(entry.device.port_path);
  *described.mutable_device() = contract::ToProto(Shown(entry));
  *described.mutable_verdict() = contract::ToProto(entry.verdict);
  described.set_authorised(entry.enforced == core::Authorisation::kAuthorised ||
                           !control_.IsHeld(entry));
  described.set_reference(entry.reference);
  return described;
}

v1::RunningGrant Engine::Describe(const core::Grant& grant) const {
  v1::RunningGrant described;
  described.set_grant_id(grant.claims.grant_id);
  described.set_action(contract::ToProto(grant.claims.action));
  const core::BootTime left = grant.claims.deadline - seams_.clock.Now();
  described.set_remaining_ns(left.count() > 0 ? static_cast<std::uint64_t>(left.count()) : 0);
  described.set_open(false);
  described.set_reason(grant.claims.reason);
  described.set_requested_by(grant.claims.requested_by);
  if (const DeviceEntry* entry = control_.table().Find(grant.active_port);
      entry != nullptr && core::Covers(grant.claims, entry->device)) {
    *described.mutable_device() = contract::ToProto(entry->device);
    described.set_open(entry->enforced == core::Authorisation::kAuthorised);
  } else {
    described.mutable_device()->set_fingerprint(grant.claims.device_fingerprint.data(),
                                                grant.claims.device_fingerprint.size());
    described.mutable_device()->set_serial(grant.claims.device_serial);
    described.mutable_device()->set_port_path(grant.claims.port_path);
  }
  return described;
}

v1::LocalStatusReply Engine::Status() const {
  v1::LocalStatusReply reply;
  reply.set_link(uplink_.state());
  reply.set_agent_version(SEKISHO_VERSION);
  reply.set_spool_waiting(reporter_.waiting());
  reply.set_bundle_version(policies_.version());
  reply.set_newest_bundle_version(beacons_.newest_bundle_version());
  if (const Identity* identity = identity_.get()) {
    reply.set_enrolled(true);
    reply.set_terminal_id(identity->terminal_id());
    reply.set_organisation_id(identity->organisation_id());
    reply.set_group_id(identity->group_id());
    reply.set_console_address(identity->grant.console_address());
    reply.set_beacon_age_seconds(static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::seconds>(beacons_.Silence()).count()));
  }
  if (std::optional<core::WallTime> time = beacons_.ConsoleTime()) {
    *reply.mutable_console_time() = contract::ToProto(*time);
  }
  if (const core::Policy* policy = policies_.policy()) {
    reply.set_zone(policy->zone);
    *reply.mutable_texts() = contract::ToProto(*policy).texts();
  }
  const core::Here here = Here();
  for (const core::Grant& grant : grants_.grants()) {
    if (core::IsRunning(grant, here)) *reply.add_grants() = Describe(grant);
  }
  reply.mutable_probes()->Add(protections_.tried().begin(), protections_.tried().end());
  if (unattended_.refused()) {
    v1::Probe& probe = *reply.add_probes();
    probe.set_name("enrolment.token");
    probe.set_result(v1::PROBE_RESULT_OPEN);
    probe.set_detail(*unattended_.refused());
  }
  if (origin_.moved()) {
    v1::Probe& probe = *reply.add_probes();
    probe.set_name("identity.hardware");
    probe.set_result(v1::PROBE_RESULT_OPEN);
    probe.set_detail("made on other hardware");
  }
  reply.set_mode(ToProto(mode_.mode()));
  if (const std::optional<platform::BootTime> deadline = mode_.TrialDeadline()) {
    const platform::BootTime left = *deadline - here.now;
    reply.set_trial_remaining_ns(left.count() > 0 ? static_cast<std::uint64_t>(left.count()) : 0);
  }
  if (const v1::Mode next = ToProto(mode_.Next().mode); next != reply.mode()) {
    reply.set_next_mode(next);
  }
  reply.set_key_protection(uplink_.welcome().key_protection());
  reply.set_may_leave(orders_.may_leave());
  return reply;
}

v1::LocalDevicesReply Engine::Devices() const {
  v1::LocalDevicesReply reply;
  for (const std::string& port_path : control_.table().Ports()) {
    *reply.add_devices() = Describe(*control_.table().Find(port_path));
  }
  return reply;
}

Answer<v1::LocalWhyReply> Engine::Why(const std::string& device) const {
  const DeviceEntry* entry = control_.table().Search(device);
  if (entry == nullptr) {
    return Fail(v1::LOCAL_ERROR_NOT_FOUND, "no-such-device", {{"device", device}});
  }
  v1::LocalWhyReply reply;
  *reply.mutable_device() = Describe(*entry);
  if (const core::Policy* policy = policies_.policy()) {
    const auto rule = std::ranges::find_if(policy->rules, [&](const core::DeviceRule& each) {
      return each.id == entry->verdict.rule_id;
    });
    if (rule != policy->rules.end()) reply.set_rule_description(rule->description);
  }
  return reply;
}

Answer<v1::LocalExceptionReply> Engine::RequestException(const std::string& device,
                                                         const std::string& reason) {
  const DeviceEntry* found = control_.table().Search(device);
  if (found == nullptr) {
    return Fail(v1::LOCAL_ERROR_NOT_FOUND, "no-such-device", {{"device", device}});
  }
  if (reason.find_first_not_of(" \t\r\n") == std::string::npos) {
    return Fail(v1::LOCAL_ERROR_INVALID, "reason-empty");
  }
  if (reason.size() > kMaxReasonBytes) {
    return Fail(v1::LOCAL_ERROR_INVALID, "reason-too-long",
                {{"bytes", absl::StrCat(kMaxReasonBytes)}});
  }
  if (found->verdict.action != core::Action::kBlock || !mode_.Refuses()) {
    return Fail(v1::LOCAL_ERROR_ALREADY, "already-open", {{"device", device}});
  }
  DeviceEntry& entry = *control_.table().Find(found->device.port_path);
  control_.TellHeldBack(entry);
  v1::LocalExceptionReply reply;
  reply.set_reference(control_.ReferenceOf(entry));
  v1::Event event = EventOf(v1::EVENT_KIND_EXCEPTION_REQUESTED);
  *event.mutable_device() = contract::ToProto(Shown(entry));
  *event.mutable_verdict() = contract::ToProto(entry.verdict);
  event.set_reference(entry.reference);
  AddText(event, "reason", reason);
  if (!reporter_.Record(std::move(event), Reporter::IfUnwritable::kForget).ok()) {
    return Fail(v1::LOCAL_ERROR_UNAVAILABLE, "unrecordable");
  }
  return reply;
}

Answer<v1::LocalReturnReply> Engine::Return(const std::string& device) {
  const DeviceEntry* entry = control_.table().Search(device);
  const std::string port_path = entry != nullptr ? entry->device.port_path : device;
  for (const core::Grant& grant : grants_.grants()) {
    const bool named = grant.claims.grant_id == device ||
                       (!grant.active_port.empty() && grant.active_port == port_path);
    if (!named || !core::IsRunning(grant, Here())) continue;
    v1::LocalReturnReply reply;
    reply.set_grant_id(grant.claims.grant_id);
    EndGrant(reply.grant_id(), core::GrantEnd::kReturned);
    return reply;
  }
  if (entry == nullptr) {
    return Fail(v1::LOCAL_ERROR_NOT_FOUND, "no-such-device", {{"device", device}});
  }
  return Fail(v1::LOCAL_ERROR_NOT_FOUND, "no-grant", {{"device", device}});
}

void Engine::Enrol(const std::string& token, Enrolment::Done done) {
  enrolment_.Begin(token, std::move(done));
}

Answer<v1::LocalAdoptReply> Engine::Adopt(const std::vector<std::string>& handles) {
  if (handles.empty()) return adoption_.Propose(control_.table());
  Answer<v1::LocalAdoptReply> answer = adoption_.Adopt(control_.table(), handles);
  control_.ReconcileAnew();
  return answer;
}

v1::LocalDoctorReply Engine::Doctor() {
  protections_.Try();
  v1::LocalDoctorReply reply;
  reply.mutable_probes()->Add(protections_.tried().begin(), protections_.tried().end());
  return reply;
}

Answer<v1::LocalConfirmReply> Engine::Confirm() {
  Answer<v1::LocalConfirmReply> answer = mode_.Confirm();
  SendStatus();
  return answer;
}

void Engine::Leave(Departure::Asking asking, Departure::Done done) {
  departure_.Ask(asking, std::move(done));
}

std::optional<unsigned> Engine::SeatUid() const {
  platform::Result<platform::SeatPerson> person = seams_.seat.Active();
  if (!person.ok()) return std::nullopt;
  return person->uid;
}

void Engine::ReportClient(const std::string& socket, const std::string& cause) {
  v1::Event event = EventOf(v1::EVENT_KIND_CLIENT_REFUSED);
  AddParameter(event, "socket", socket);
  AddParameter(event, "cause", cause);
  throttle_.Report(absl::StrCat("client of ", socket, ": ", cause), std::move(event));
}

std::unique_ptr<Engine::Watcher> Engine::Watch(std::function<void(const v1::LocalNotice&)> notify) {
  const std::uint64_t id = next_watcher_++;
  watchers_->emplace(id, std::move(notify));
  // The list may be gone before a connection that watches.
  std::weak_ptr<std::map<std::uint64_t, std::function<void(const v1::LocalNotice&)>>> list =
      watchers_;
  return std::make_unique<ListedWatcher>([list, id] {
    if (auto watchers = list.lock()) watchers->erase(id);
  });
}

void Engine::OnRecorded(const v1::Event& event) {
  // One turn's events leave in one batch.
  if (flush_ == nullptr && uplink_.state() == v1::LINK_STATE_CONNECTED) {
    flush_ = seams_.loop.At(seams_.clock.Now(), [this] {
      flush_.reset();
      uplink_.Send();
    });
  }
  if (watchers_->empty() || !(IsNotice(event.kind()) || AsksForNotice(policies_.policy(), event))) {
    return;
  }
  v1::LocalNotice notice;
  *notice.mutable_event() = event;
  if (const core::Grant* grant = grants_.Find(event.grant_id())) {
    *notice.mutable_grant() = Describe(*grant);
  }
  if (const core::Policy* policy = policies_.policy()) {
    *notice.mutable_texts() = contract::ToProto(*policy).texts();
  }
  // A watcher that cannot be written to leaves while it is being told.
  const auto watchers = *watchers_;
  for (const auto& [id, notify] : watchers) notify(notice);
}

}  // namespace sekisho::engine
