#include "agent/engine/device_control.h"

#include <algorithm>
#include <set>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/core/reconcile.h"
#include "agent/engine/log.h"
#include "agent/engine/references.h"
#include "proto/contract/convert.h"
#include "proto/contract/keys.h"

namespace sekisho::engine {
namespace {

// Passes of one reconciliation: each further one is owed to a device that was swapped in the middle
// of it. Whoever swaps faster than this is decided on with the next notice.
constexpr int kMaxPasses = 8;

template <typename... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};
template <typename... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;

bool BeingShut(const DeviceEntry& entry) {
  return entry.handling == Handling::kClosing || entry.handling == Handling::kShutFailed;
}

bool IsRootHub(const std::string& port_path) { return port_path.starts_with("usb"); }

}  // namespace

void DeviceControl::OnNotices() {
  const std::vector<platform::DeviceNotice> notices = seams_.devices.Drain();
  if (notices.empty()) return;  // a disk's or a network's uevent: nothing of ours has changed
  for (const platform::DeviceNotice& notice : notices) OnNotice(notice);
  Reconcile();
}

void DeviceControl::OnNotice(const platform::DeviceNotice& notice) {
  std::visit(Overloaded{[&](const platform::DeviceAppeared& each) { Appeared(each.port_path); },
                        [&](const platform::DeviceGone& each) { Gone(each.port_path); },
                        [&](const platform::DeviceAltered& each) { Altered(each.port_path); },
                        [&](const platform::DevicesUnknown& each) { Rebuild(each.cause); }},
             notice);
}

void DeviceControl::Appeared(const std::string& port_path) {
  if (IsRootHub(port_path)) return;
  // The notice may be older than what was read since: the one that is held is still there.
  const DeviceTable::Reread reread = table_.Look(port_path);
  if (reread == DeviceTable::Reread::kSame ||
      reread == DeviceTable::Reread::kAuthorisationChanged) {
    return;
  }
  if (table_.Find(port_path) != nullptr) Gone(port_path);
  table_.Observe(port_path);
}

void DeviceControl::Gone(const std::string& port_path) {
  if (table_.Find(port_path) == nullptr) return;
  // A late notice about the one before: the one that is held answers.
  const DeviceTable::Reread reread = table_.Look(port_path);
  if (reread == DeviceTable::Reread::kSame ||
      reread == DeviceTable::Reread::kAuthorisationChanged) {
    return;
  }
  std::optional<DeviceEntry> entry = table_.Remove(port_path);
  TellHeldBack(*entry);
  v1::Event event = EventAbout(v1::EVENT_KIND_DEVICE_REMOVED, *entry);
  event.clear_verdict();
  (void)reporter_.Record(std::move(event));
  ReleaseGrant(entry->verdict.grant_id, port_path);
}

void DeviceControl::Altered(const std::string& port_path) {
  DeviceEntry* entry = table_.Find(port_path);
  if (entry == nullptr) return Appeared(port_path);
  const core::Authorisation before = entry->enforced;
  switch (table_.Look(port_path)) {
    case DeviceTable::Reread::kSame:
      return;
    case DeviceTable::Reread::kAuthorisationChanged:
      if (entry->handling == Handling::kClosing) return;
      entry->handling = Handling::kSettled;
      if (before == core::Authorisation::kUnauthorised &&
          entry->verdict.action == core::Action::kBlock) {
        // Not by us: what we open is entered as open before its notice comes.
        v1::Event event = EventAbout(v1::EVENT_KIND_BARRIER_LOOSE, *entry);
        AddParameter(event, "what", "device authorised by another program");
        (void)reporter_.Record(std::move(event));
      }
      return;
    case DeviceTable::Reread::kDeviceChanged: {
      TellHeldBack(*entry);
      v1::Event event = EventAbout(v1::EVENT_KIND_DEVICE_CHANGED, *entry);
      AddParameter(event, "before", contract::ToHex(entry->device.fingerprint));
      (void)seams_.enforcer.Deauthorise(*entry->held);  // decided on anew below, from shut
      (void)reporter_.Record(std::move(event));
      ReleaseGrant(entry->verdict.grant_id, port_path);
      table_.Observe(port_path);
      return;
    }
    case DeviceTable::Reread::kGone:
      Gone(port_path);
      table_.Observe(port_path);
      return;
  }
}

void DeviceControl::Rebuild(const std::string& cause) {
  platform::Result<std::vector<std::string>> present = seams_.devices.Present();
  v1::Event event = EventOf(v1::EVENT_KIND_RESCAN);
  AddParameter(event, "cause", cause);
  if (!present.ok()) AddParameter(event, "error", present.failure().ToString());
  (void)reporter_.Record(std::move(event));
  if (!present.ok()) return;
  for (const std::string& port_path : table_.Ports()) {
    if (std::ranges::find(*present, port_path) == present->end()) Gone(port_path);
  }
  for (const std::string& port_path : *present) {
    if (IsRootHub(port_path)) continue;
    if (table_.Find(port_path) != nullptr) {
      Altered(port_path);
    } else {
      table_.Observe(port_path);
    }
  }
}

void DeviceControl::Rescan(const std::string& cause) {
  Rebuild(cause);
  Reconcile();
}

void DeviceControl::ReconcileAnew() {
  for (auto& [port_path, entry] : table_.entries()) {
    if (entry.handling != Handling::kClosing) entry.handling = Handling::kSettled;
  }
  Reconcile();
}

void DeviceControl::Reconcile() {
  if (pass_ != Pass::kIdle) {
    pass_ = Pass::kOnceMore;
    return;
  }
  for (int i = 0; i < kMaxPasses; ++i) {
    pass_ = Pass::kRunning;
    ReconcileOnce();
    if (pass_ != Pass::kOnceMore) break;
  }
  pass_ = Pass::kIdle;
}

void DeviceControl::ReconcileOnce() {
  std::vector<core::DevicePosition> positions;
  for (const std::string& port_path : table_.Ports()) {
    DeviceEntry& entry = *table_.Find(port_path);
    if (BeingShut(entry)) continue;
    Decide(entry);
    positions.push_back(
        core::DevicePosition{port_path, entry.device.fingerprint, entry.verdict, entry.enforced});
  }
  for (const core::Effect& effect : core::Reconcile(positions)) {
    std::visit(Overloaded{[&](const core::Shut& shut) { Shut(shut.port_path); },
                          [&](const core::Open& open) { Open(open.port_path); }},
               effect);
  }
  // What needs no effect still has to be told once: a device that stays shut, or one that was found
  // open and may be.
  for (const std::string& port_path : table_.Ports()) {
    DeviceEntry* found = table_.Find(port_path);
    if (found == nullptr || found->recorded || BeingShut(*found)) continue;
    DeviceEntry& entry = *found;
    if (entry.verdict.action == core::Action::kBlock) {
      if (!questions_.HoldsBack(entry)) RecordBlock(entry);
    } else if (entry.enforced == core::Authorisation::kAuthorised) {
      entry.recorded = reporter_.Record(EventAbout(v1::EVENT_KIND_DEVICE_ALLOWED, entry)).ok();
      if (!entry.verdict.grant_id.empty()) (void)ReadyBackstop(entry);
    }
  }
}

void DeviceControl::Decide(DeviceEntry& entry) {
  const bool open = entry.enforced == core::Authorisation::kAuthorised;
  core::Verdict verdict;
  if (!entry.fault.empty()) {
    verdict.reason = core::VerdictReason::kUnreadable;
    verdict.policy_version = policies_.version();
  } else {
    core::Situation situation;
    situation.policy = policies_.policy();
    situation.grants = grants_.grants();
    situation.adopted = adopted_;
    situation.here = here_();
    situation.recording = reporter_.recording();
    // Found open under a grant whose place here is on disk: that was recorded by whoever opened it.
    core::Verdict by_grant;
    if (open && entry.recorded) {
      situation.standing = &entry.verdict;
    } else if (open) {
      for (const core::Grant& grant : grants_.grants()) {
        if (grant.active_port != entry.device.port_path || grant.end) continue;
        by_grant.action = grant.claims.action;
        by_grant.reason = core::VerdictReason::kGrant;
        by_grant.grant_id = grant.claims.grant_id;
        situation.standing = &by_grant;
      }
    }
    verdict = core::Decide(entry.device, situation);
  }
  if (verdict.reason == core::VerdictReason::kGrant && verdict.action != core::Action::kBlock &&
      entry.handling != Handling::kOpenFailed &&
      !grants_.SetActivePort(verdict.grant_id, entry.device.port_path).ok()) {
    // Claimed before the next device is decided on. Not written means not claimed: not opened.
    verdict.action = core::Action::kBlock;
    verdict.reason = core::VerdictReason::kUnrecordable;
  }
  const auto told = [](const core::Verdict& each) {
    return std::tie(each.action, each.reason, each.grant_id);
  };
  if (told(verdict) != told(entry.verdict)) {
    TellHeldBack(entry);
    entry.recorded = false;
    if (entry.handling == Handling::kOpenFailed) entry.handling = Handling::kSettled;
  }
  entry.verdict = std::move(verdict);
}

void DeviceControl::Open(const std::string& port_path) {
  DeviceEntry* entry = table_.Find(port_path);
  if (entry == nullptr || entry->handling != Handling::kSettled) return;
  if (entry->verdict.reason == core::VerdictReason::kAdopted) return OpenAdopted(*entry);
  OpenRecorded(*entry);
}

void DeviceControl::OpenAdopted(DeviceEntry& entry) {
  entry.enforced = core::Authorisation::kAuthorised;  // before the notice of it can be read
  platform::Outcome opened = seams_.enforcer.Authorise(*entry.held);
  if (!opened.ok()) return OpenFailed(entry, "authorise", opened.failure());
  (void)reporter_.Record(EventAbout(v1::EVENT_KIND_DEVICE_ALLOWED, entry));
  entry.recorded = true;  // or waits in memory: the one exception to recording first
}

void DeviceControl::OpenRecorded(DeviceEntry& entry) {
  const bool by_grant = entry.verdict.reason == core::VerdictReason::kGrant;
  if (by_grant && !ReadyBackstop(entry)) return;
  absl::Status recorded = reporter_.Record(
      EventAbout(by_grant ? v1::EVENT_KIND_GRANT_OPENED : v1::EVENT_KIND_DEVICE_ALLOWED, entry),
      Reporter::IfUnwritable::kForget);
  if (!recorded.ok()) {
    // No unaudited allow.
    if (by_grant) ReleaseGrant(entry.verdict.grant_id, entry.device.port_path);
    entry.verdict.action = core::Action::kBlock;
    entry.verdict.reason = core::VerdictReason::kUnrecordable;
    entry.recorded = false;
    return;
  }
  entry.enforced = core::Authorisation::kAuthorised;
  platform::Outcome opened = seams_.enforcer.Authorise(*entry.held);
  if (!opened.ok()) return OpenFailed(entry, "authorise", opened.failure());
  entry.recorded = true;
}

bool DeviceControl::ReadyBackstop(const DeviceEntry& entry) {
  const core::Grant* grant = grants_.Find(entry.verdict.grant_id);
  if (grant == nullptr) return false;
  platform::Outcome armed =
      seams_.backstop.Arm(platform::OpenedDevice{grant->claims.grant_id, entry.device.port_path,
                                                 contract::ToHex(entry.device.fingerprint)},
                          grant->claims.deadline);
  if (armed.ok()) return true;
  // Without it, an agentd that dies would leave the medium open past its deadline.
  if (DeviceEntry* failed = table_.Find(entry.device.port_path)) {
    OpenFailed(*failed, "arm backstop", armed.failure());
  }
  return false;
}

void DeviceControl::OpenFailed(DeviceEntry& entry, const std::string& step,
                               const platform::Failure& failure) {
  const std::string port_path = entry.device.port_path;
  if (entry.handling != Handling::kClosing) entry.handling = Handling::kOpenFailed;
  v1::Event event = EventAbout(v1::EVENT_KIND_ENFORCEMENT_FAILED, entry);
  AddParameter(event, "step", step);
  AddParameter(event, "error", failure.ToString());
  (void)reporter_.Record(std::move(event));
  ReleaseGrant(entry.verdict.grant_id, port_path);
  switch (table_.Look(port_path)) {
    case DeviceTable::Reread::kSame:
    case DeviceTable::Reread::kAuthorisationChanged:
      return;  // it is there, and as open or shut as was just read
    case DeviceTable::Reread::kDeviceChanged:
    case DeviceTable::Reread::kGone:
      // Swapped between the decision and the authorisation: what sits there now is decided on by
      // what it is.
      Gone(port_path);
      table_.Observe(port_path);
      if (pass_ != Pass::kIdle) pass_ = Pass::kOnceMore;
      return;
  }
}

void DeviceControl::Shut(const std::string& port_path) {
  DeviceEntry* entry = table_.Find(port_path);
  if (entry == nullptr) return;
  // Whose grant it was: the verdict that shuts it does not name it any more.
  std::string grant_id;
  for (const core::Grant& grant : grants_.grants()) {
    if (grant.active_port == port_path) grant_id = grant.claims.grant_id;
  }
  entry->handling = Handling::kClosing;
  // After a grant the person knows why; a rule that was taken away is a block to be told.
  entry->recorded = !grant_id.empty();
  Closing closing{entry->held, entry->device, std::move(grant_id)};
  closer_.Start(closing, [this, closing](CloseResult result) { Closed(closing, result); });
}

void DeviceControl::Closed(const Closing& closing, CloseResult result) {
  const std::string& port_path = closing.device.port_path;
  if (!closing.grant_id.empty() && result != CloseResult::kStillOpen) {
    ReleaseGrant(closing.grant_id, port_path);
  }
  DeviceEntry* entry = table_.Find(port_path);
  if (entry != nullptr && entry->held == closing.held) {
    switch (result) {
      case CloseResult::kShut:
        entry->enforced = core::Authorisation::kUnauthorised;
        entry->handling = Handling::kSettled;
        break;
      case CloseResult::kStillOpen:
        entry->handling = Handling::kShutFailed;
        break;
      case CloseResult::kGone:
        entry->handling = Handling::kSettled;
        Altered(port_path);
        break;
    }
  }
  Reconcile();
}

void DeviceControl::RecordBlock(DeviceEntry& entry) {
  ReferenceOf(entry);
  (void)reporter_.Record(EventAbout(v1::EVENT_KIND_DEVICE_BLOCKED, entry));
  entry.recorded = true;  // or waits in memory
}

void DeviceControl::TellHeldBack(DeviceEntry& entry) {
  if (entry.asking != Asking::kAsked || entry.recorded) return;
  entry.asking = Asking::kSettled;
  RecordBlock(entry);
}

const std::string& DeviceControl::ReferenceOf(DeviceEntry& entry) {
  if (!entry.reference.empty()) return entry.reference;
  std::set<std::string> open;
  for (const auto& [port_path, each] : table_.entries()) open.insert(each.reference);
  entry.reference = DrawReference(open);
  return entry.reference;
}

void DeviceControl::ReleaseGrant(const std::string& grant_id, const std::string& port_path) {
  const core::Grant* grant = grant_id.empty() ? nullptr : grants_.Find(grant_id);
  if (grant == nullptr || grant->active_port != port_path) return;
  (void)grants_.SetActivePort(grant_id, "");  // in memory at once; on disk with the next tick
  platform::Outcome disarmed = seams_.backstop.Disarm(grant_id);
  if (!disarmed.ok()) {
    Log(Severity::kWarning, absl::StrCat("disarm backstop: ", disarmed.failure().ToString()));
  }
}

v1::Event DeviceControl::EventAbout(v1::EventKind kind, const DeviceEntry& entry) const {
  v1::Event event = EventOf(kind);
  *event.mutable_device() = contract::ToProto(Shown(entry));
  *event.mutable_verdict() = contract::ToProto(entry.verdict);
  event.set_grant_id(entry.verdict.grant_id);
  event.set_reference(entry.reference);
  if (!entry.fault.empty()) AddParameter(event, "fault", entry.fault);
  if (!entry.told.compatible_ids.empty()) {
    AddText(event, "says", absl::StrJoin(entry.told.compatible_ids, " "));
  }
  return event;
}

}  // namespace sekisho::engine
