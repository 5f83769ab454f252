// DeviceControl's effects: what it does to devices, and what becomes of it.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/engine/device_control.h"
#include "agent/engine/log.h"
#include "proto/contract/keys.h"

namespace sekisho::engine {

void DeviceControl::Open(const std::string& port_path) {
  DeviceEntry* entry = table_.Find(port_path);
  if (entry == nullptr || entry->handling != Handling::kSettled) return;
  if (entry->verdict.reason == core::VerdictReason::kAdopted && core::Adoptable(entry->device) &&
      !watch_.admitted(*entry)) {
    return OpenAdopted(*entry);
  }
  OpenRecorded(*entry);
}

void DeviceControl::OpenAdopted(DeviceEntry& entry) {
  const bool told = entry.recorded && entry.enforced == core::Authorisation::kAuthorised;
  platform::Outcome opened = Authorise(entry);
  if (!opened.ok()) return OpenFailed(entry, "authorise", opened.failure());
  if (told) return;
  (void)reporter_.Record(EventAbout(v1::EVENT_KIND_DEVICE_ALLOWED, entry));
  entry.recorded = true;  // or waits in memory: the one exception to recording first
}

void DeviceControl::OpenRecorded(DeviceEntry& entry) {
  if (entry.recorded && entry.enforced == core::Authorisation::kAuthorised) {
    // Told already: an interface of it came up shut.
    platform::Outcome opened = Authorise(entry);
    if (!opened.ok()) OpenFailed(entry, "authorise", opened.failure());
    return;
  }
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
  platform::Outcome opened = Authorise(entry);
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
  if (entry.barrier == Barrier::kMedia) entry.enforced = core::Authorisation::kUnauthorised;
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
      Observe(port_path, Came::kNow);
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
  admission_.Settle(*entry);  // first: nobody new opens it while the others are asked to go
  const core::Grant* grant = grants_.Find(grant_id);
  const bool used_up = grant != nullptr && grant->end == core::GrantEnd::kVolume;
  Closing closing{entry->held, entry->device, std::move(grant_id),
                  used_up ? Closing::Manner::kAtOnce : Closing::Manner::kTidy};
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
        entry->interfaces.clear();
        admission_.Refresh(*entry);  // opened again in part, it has not the disks that it had
        entry->handling = Handling::kSettled;
        if (!mode_.Refuses()) LetIn(*entry);  // ordered while it was being shut
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

void DeviceControl::BeginObserving() {
  if (platform::Outcome allowed = seams_.enforcer.AllowNewDevices(); !allowed.ok()) {
    v1::Event event = EventOf(v1::EVENT_KIND_ENFORCEMENT_FAILED);
    AddParameter(event, "step", "allow new devices");
    AddParameter(event, "error", allowed.failure().ToString());
    (void)reporter_.Record(std::move(event));
  }
  medium_watch_.Follow();
  for (const core::Grant& grant : grants_.grants()) {
    if (!grant.active_port.empty()) (void)seams_.backstop.Disarm(grant.claims.grant_id);
  }
  for (const std::string& port_path : table_.Ports()) {
    DeviceEntry* entry = table_.Find(port_path);
    if (entry == nullptr || entry->handling == Handling::kClosing) continue;
    entry->handling = Handling::kSettled;
    // Told anew: it was blocked, and from here on only would be.
    if (entry->verdict.action == core::Action::kBlock) entry->recorded = false;
    LetIn(*entry);
  }
  Reconcile();
}

void DeviceControl::LetIn(DeviceEntry& entry) {
  const bool whole = std::ranges::all_of(entry.interfaces, [](const auto& each) {
    return each.second == core::Authorisation::kAuthorised;
  });
  if (whole && entry.enforced == core::Authorisation::kAuthorised) return;
  platform::Outcome opened = Authorise(entry);
  if (!opened.ok()) OpenFailed(entry, "authorise", opened.failure());
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

}  // namespace sekisho::engine
