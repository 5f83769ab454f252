#include "agent/engine/device_control.h"

#include <algorithm>
#include <set>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/core/match.h"
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

// Nothing but HID and hub interfaces (USB class codes 03h and 09h).
bool IsInputOrHubOnly(const core::Device& device) {
  return device.bus == core::Bus::kUsb && !device.interfaces.empty() &&
         std::ranges::all_of(device.interfaces, [](const core::UsbInterface& each) {
           return each.class_code == 0x03 || each.class_code == 0x09;
         });
}

bool IsRootHub(const std::string& port_path) { return port_path.starts_with("usb"); }

}  // namespace

void DeviceControl::OnNotices() {
  std::vector<platform::DeviceNotice> notices = seams_.devices.Drain();
  std::erase_if(notices, [this](const auto& each) { return !Concerns(each); });
  if (notices.empty())
    return;  // the machine's own disks', a network's: nothing of ours has changed
  // A barrier that undoes a trial opens devices: that is no attack to be undone in turn.
  mode_.Refresh();
  for (const platform::DeviceNotice& notice : notices) OnNotice(notice);
  Reconcile();
}

bool DeviceControl::Concerns(const platform::DeviceNotice& notice) const {
  return std::visit(Overloaded{[](const platform::DeviceAppeared&) { return true; },
                               [](const platform::DeviceGone&) { return true; },
                               [](const platform::DeviceAltered&) { return true; },
                               [&](const platform::MediaAltered& each) {
                                 return table_.Find(each.port_path) != nullptr;
                               },
                               [](const platform::DevicesUnknown&) { return true; }},
                    notice);
}

void DeviceControl::OnNotice(const platform::DeviceNotice& notice) {
  std::visit(Overloaded{[&](const platform::DeviceAppeared& each) { Appeared(each.port_path); },
                        [&](const platform::DeviceGone& each) { Gone(each.port_path); },
                        [&](const platform::DeviceAltered& each) { Altered(each.port_path); },
                        [&](const platform::MediaAltered& each) {
                          // It may have gone with a notice before this one.
                          DeviceEntry* entry = table_.Find(each.port_path);
                          if (entry == nullptr) return;
                          if (!entry->verdict.shut_interfaces.empty()) {
                            return Altered(each.port_path);  // whose disk is it?
                          }
                          admission_.Refresh(*entry);
                        },
                        [&](const platform::DevicesUnknown& each) { Rebuild(each.cause); }},
             notice);
}

void DeviceControl::Appeared(const std::string& port_path) {
  if (IsRootHub(port_path)) return;
  // The notice may be older than what was read since: the one that is held is still there.
  if (DeviceEntry* entry = table_.Find(port_path)) {
    const DeviceTable::Reread reread = Look(*entry);
    if (reread == DeviceTable::Reread::kSame ||
        reread == DeviceTable::Reread::kAuthorisationChanged) {
      return admission_.Refresh(*entry);
    }
    Gone(port_path);
  }
  Observe(port_path, Came::kNow);
}

DeviceEntry* DeviceControl::Observe(const std::string& port_path, Came came) {
  DeviceEntry* entry = table_.Observe(port_path);
  if (entry == nullptr) return nullptr;
  if (entry->barrier == Barrier::kSwitch) {
    // What is shut has no media yet.
    if (entry->enforced == core::Authorisation::kAuthorised) admission_.Refresh(*entry);
    return entry;
  }
  admission_.Refresh(*entry);
  const MediumAdmission::Owner owner = admission_.OwnerOf(*entry);
  if (owner == MediumAdmission::Owner::kMachine ||
      (owner == MediumAdmission::Owner::kUnknown && came == Came::kBefore)) {
    table_.Remove(port_path);
    return nullptr;
  }
  // Nothing at the device says whether it is open: what is written down does. While the terminal
  // observes everything is.
  const bool opened = std::ranges::any_of(grants_.grants(), [&](const core::Grant& each) {
    return each.active_port == port_path && core::Covers(each.claims, entry->device);
  });
  entry->enforced = opened || !mode_.Refuses() ? core::Authorisation::kAuthorised
                                               : core::Authorisation::kUnauthorised;
  return entry;
}

const DeviceEntry* DeviceControl::HolderOf(const platform::MediumNode& node) const {
  for (const auto& [port_path, entry] : table_.entries()) {
    if (std::ranges::find(entry.media, node, &EntryMedium::node) != entry.media.end()) {
      return &entry;
    }
  }
  return nullptr;
}

bool DeviceControl::IsHeld(const DeviceEntry& entry) const {
  return entry.barrier == Barrier::kSwitch || medium_watch_.Stands();
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
  admission_.Forget(*entry);
  v1::Event event = EventAbout(v1::EVENT_KIND_DEVICE_REMOVED, *entry);
  event.clear_verdict();
  (void)reporter_.Record(std::move(event));
  ReleaseGrant(entry->verdict.grant_id, port_path);
}

void DeviceControl::Altered(const std::string& port_path) {
  DeviceEntry* entry = table_.Find(port_path);
  if (entry == nullptr) return Appeared(port_path);
  const core::Authorisation before = entry->enforced;
  switch (Look(*entry)) {
    case DeviceTable::Reread::kSame:
      return admission_.Refresh(*entry);
    case DeviceTable::Reread::kAuthorisationChanged:
      admission_.Refresh(*entry);
      if (entry->handling == Handling::kClosing) return;
      entry->handling = Handling::kSettled;
      if (mode_.Refuses() && before == core::Authorisation::kUnauthorised &&
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
      // Decided on anew below, from shut.
      admission_.Forget(*entry);
      if (mode_.Refuses()) (void)seams_.enforcer.Deauthorise(*entry->held);
      (void)reporter_.Record(std::move(event));
      ReleaseGrant(entry->verdict.grant_id, port_path);
      if (DeviceEntry* changed = Observe(port_path, Came::kNow)) {
        changed->code = CodeChance::kGone;
        changed->reports_asked = DeviceEntry::ReportsAsked::kYes;  // its word is worth nothing
      }
      return;
    }
    case DeviceTable::Reread::kGone:
      Gone(port_path);
      Observe(port_path, Came::kNow);
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
      Observe(port_path, Came::kBefore);
    }
  }
}

void DeviceControl::Rescan(const std::string& cause) {
  Rebuild(cause);
  Reconcile();
}

void DeviceControl::ReconcileAnew() {
  LookAtParts();
  for (auto& [port_path, entry] : table_.entries()) {
    if (entry.handling != Handling::kClosing) entry.handling = Handling::kSettled;
    for (EntryMedium& medium : entry.media) {
      if (medium.standing == EntryMedium::Standing::kFailed ||
          medium.standing == EntryMedium::Standing::kNotIt) {
        medium.standing = EntryMedium::Standing::kUnknown;
      }
    }
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
  watch_.reconciled();
}

void DeviceControl::ReconcileOnce() {
  std::vector<core::DevicePosition> positions;
  for (const std::string& port_path : table_.Ports()) {
    DeviceEntry& entry = *table_.Find(port_path);
    if (BeingShut(entry)) continue;
    Decide(entry);
    core::DevicePosition position{port_path, entry.device.fingerprint, entry.verdict,
                                  entry.enforced, entry.interfaces};
    if (MediumAdmission::MustTighten(entry)) position.wanted.action = core::Action::kBlock;
    positions.push_back(std::move(position));
  }
  if (mode_.Refuses()) {
    for (const core::Effect& effect : core::Reconcile(positions)) {
      std::visit(Overloaded{[&](const core::Shut& shut) { Shut(shut.port_path); },
                            [&](const core::Open& open) { Open(open.port_path); }},
                 effect);
    }
    for (const std::string& port_path : table_.Ports()) Settle(*table_.Find(port_path));
  }
  for (const std::string& port_path : table_.Ports()) {
    DeviceEntry* entry = table_.Find(port_path);
    if (entry == nullptr || BeingShut(*entry)) continue;
    if (!entry->recorded) {
      Tell(*entry);
    } else if (mode_.Refuses() && entry->asking == Asking::kSettled) {
      (void)questions_.HoldsBack(*entry);  // a policy that came since may want to know more of it
    }
  }
}

void DeviceControl::Settle(DeviceEntry& entry) {
  const DeviceEntry::ReadOnlyHold before = entry.read_only_hold;
  admission_.Settle(entry);
  if (entry.read_only_hold != before) pass_ = Pass::kOnceMore;
}

void DeviceControl::Tell(DeviceEntry& entry) {
  if (entry.verdict.action == core::Action::kBlock) {
    if (!mode_.Refuses()) {
      RecordWouldBlock(entry);
    } else if (!questions_.HoldsBack(entry)) {
      RecordBlock(entry);
    }
  } else if (entry.enforced == core::Authorisation::kAuthorised) {
    // Found open, and may be.
    const absl::Status recorded =
        reporter_.Record(EventAbout(v1::EVENT_KIND_DEVICE_ALLOWED, entry));
    // What only observes has allowed nothing: its record may wait in memory.
    entry.recorded = recorded.ok() || !mode_.Refuses();
    if (mode_.Refuses() && !entry.verdict.grant_id.empty()) (void)ReadyBackstop(entry);
  }
}

core::Verdict DeviceControl::DecideOn(const DeviceEntry& entry, const core::Policy* policy) const {
  if (!entry.fault.empty()) {
    core::Verdict verdict;
    verdict.reason = core::VerdictReason::kUnreadable;
    verdict.policy_version = policy == nullptr ? 0 : policy->version;
    return verdict;
  }
  core::Situation situation;
  situation.policy = policy;
  situation.grants = grants_.grants();
  situation.adopted = adopted_;
  situation.here = here_();
  situation.read_only = admission_.ReadOnly(entry);
  situation.interfaces = entry.interface_support;
  situation.surroundings = watch_.surroundings(entry);
  situation.surroundings.medium = entry.medium;
  situation.recording = mode_.Refuses() ? reporter_.recording() : core::Recording::kWorks;
  // Whoever got past the boot loader's password may type and point with what is at hand.
  const core::AdoptedDevice itself{entry.device.fingerprint, entry.device.serial,
                                   entry.device.port_path};
  if (mode_.Rescues() && IsInputOrHubOnly(entry.device)) situation.adopted = {&itself, 1};
  // Until it is unplugged it counts as the terminal's own.
  if (watch_.admitted(entry)) situation.adopted = {&itself, 1};
  // Found open under a grant whose place here is on disk: that was recorded by whoever opened it.
  core::Verdict by_grant;
  const bool open = entry.enforced == core::Authorisation::kAuthorised;
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
  return core::Decide(entry.device, situation);
}

// Once a device and change of the register: the decision itself asks nobody.
void DeviceControl::LookUp(DeviceEntry& entry) {
  if (entry.register_generation == media_.generation()) return;
  entry.medium = media_.StandingOf(entry.device);
  entry.device.medium_id = entry.medium.medium_id;
  entry.register_generation = media_.generation();
}

bool DeviceControl::NamesKeys() const {
  const core::Policy* policy = policies_.policy();
  return policy != nullptr && core::NamesClass(*policy, core::DeviceClass::kSecurityKey);
}

void DeviceControl::Decide(DeviceEntry& entry) {
  LookUp(entry);
  questions_.Tell(entry);
  core::Verdict verdict = DecideOn(entry, policies_.policy());
  if (verdict.reason == core::VerdictReason::kGrant && verdict.action != core::Action::kBlock &&
      entry.handling != Handling::kOpenFailed &&
      !grants_.SetActivePort(verdict.grant_id, entry.device.port_path).ok() && mode_.Refuses()) {
    // Claimed before the next device is decided on. Not written means not claimed: not opened.
    verdict.action = core::Action::kBlock;
    verdict.reason = core::VerdictReason::kUnrecordable;
  }
  const auto told = [](const core::Verdict& each) {
    return std::tie(each.action, each.reason, each.grant_id, each.shut_interfaces);
  };
  if (told(verdict) != told(entry.verdict)) {
    TellHeldBack(entry);
    entry.recorded = false;
    if (entry.handling == Handling::kOpenFailed) entry.handling = Handling::kSettled;
  }
  entry.verdict = std::move(verdict);
}

void DeviceControl::RecordBlock(DeviceEntry& entry) {
  ReferenceOf(entry);
  v1::Event event = EventAbout(v1::EVENT_KIND_DEVICE_BLOCKED, entry);
  if (!IsHeld(entry)) AddParameter(event, "enforced", "no");
  (void)reporter_.Record(std::move(event));
  entry.recorded = true;  // or waits in memory
}

void DeviceControl::RecordWouldBlock(DeviceEntry& entry) {
  v1::Event event = EventAbout(v1::EVENT_KIND_DEVICE_WOULD_BE_BLOCKED, entry);
  event.clear_reference();  // there is nothing to ask the helpdesk for
  (void)reporter_.Record(std::move(event));
  entry.recorded = true;  // or waits in memory
}

void DeviceControl::TellHeldBack(DeviceEntry& entry) {
  if (questions_.Interrupt(entry) && !entry.recorded) RecordBlock(entry);
}

const std::string& DeviceControl::ReferenceOf(DeviceEntry& entry) {
  if (!entry.reference.empty()) return entry.reference;
  std::set<std::string> open;
  for (const auto& [port_path, each] : table_.entries()) open.insert(each.reference);
  entry.reference = DrawReference(open);
  return entry.reference;
}

v1::Event DeviceControl::EventAbout(v1::EventKind kind, const DeviceEntry& entry) const {
  v1::Event event = EventOf(kind);
  *event.mutable_device() = contract::ToProto(Shown(entry));
  *event.mutable_verdict() = contract::ToProto(entry.verdict);
  event.set_grant_id(entry.verdict.grant_id);
  event.set_reference(entry.reference);
  if (!entry.fault.empty()) AddParameter(event, "fault", entry.fault);
  if (!entry.verdict.shut_interfaces.empty() && !mode_.Refuses()) {
    AddParameter(event, "enforced", "no");
  }
  if (mode_.Rescues()) AddParameter(event, "boot", "rescue");
  if (watch_.admitted(entry)) AddParameter(event, "by", "keyboard-code");
  if (!entry.told.compatible_ids.empty()) {
    AddText(event, "says", absl::StrJoin(entry.told.compatible_ids, " "));
  }
  return event;
}

}  // namespace sekisho::engine
