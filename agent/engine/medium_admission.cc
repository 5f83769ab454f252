#include "agent/engine/medium_admission.h"

#include <algorithm>
#include <system_error>
#include <utility>
#include <vector>

#include "agent/core/attachment.h"
#include "agent/core/grant.h"
#include "proto/contract/convert.h"

namespace sekisho::engine {
namespace {

using platform::MediumAccess;
using platform::MediumNode;
using Standing = EntryMedium::Standing;

Standing StandingOf(MediumAccess access) {
  return access == MediumAccess::kReadOnly ? Standing::kReadOnly : Standing::kReadWrite;
}

bool IsAdmitted(const EntryMedium& medium) {
  return medium.standing == Standing::kReadOnly || medium.standing == Standing::kReadWrite;
}

bool IsBlock(const EntryMedium& medium) { return medium.node.kind == MediumNode::Kind::kBlock; }

// One event a medium, and not one for each of the nodes that lead to it.
bool IsTold(const EntryMedium& medium) {
  return IsBlock(medium) ||
         (medium.node.name.starts_with("st") && medium.node.name.size() > 2 &&
          medium.node.name.find_first_not_of("0123456789", 2) == std::string::npos);
}

bool HasFailed(const EntryMedium& medium) {
  return medium.standing == Standing::kFailed || medium.standing == Standing::kNotIt;
}

bool IsGone(const platform::Failure& failure) { return failure.code == std::errc::no_such_device; }

// A drive that finds yet another medium each time it is looked at: with its next notice.
constexpr int kMostLooks = 3;

std::vector<MediumNode> NodesOf(const DeviceEntry& entry) {
  std::vector<MediumNode> nodes;
  for (const EntryMedium& each : entry.media) nodes.push_back(each.node);
  return nodes;
}

}  // namespace

core::ReadOnlySupport MediumAdmission::ReadOnly(const DeviceEntry& entry) const {
  if (entry.read_only_hold == DeviceEntry::ReadOnlyHold::kBroken ||
      !core::IsOnlyDisks(entry.device)) {
    return core::ReadOnlySupport::kUnavailable;
  }
  return watch_.ReadOnly();
}

void MediumAdmission::Refresh(DeviceEntry& entry) {
  ReadMedia(entry);
  // The kernel shows a disk in sysfs before anybody can open it, and its other nodes may be told of
  // in between (Linux 6.1, block/genhd.c, device_add_disk).
  for (EntryMedium& medium : entry.media) {
    if (HasFailed(medium)) medium.standing = Standing::kUnknown;
  }
}

void MediumAdmission::ReadMedia(DeviceEntry& entry) {
  platform::Result<std::vector<MediumNode>> now = seams_.devices.Media(*entry.held);
  if (!now.ok()) return;
  for (const EntryMedium& before : entry.media) {
    if (IsAdmitted(before) && std::ranges::find(*now, before.node) == now->end()) {
      (void)seams_.medium_guard->Withdraw(before.node);
    }
  }
  std::vector<EntryMedium> media;
  for (MediumNode& node : *now) {
    const auto known = std::ranges::find(entry.media, node, &EntryMedium::node);
    EntryMedium& medium = media.emplace_back();
    if (known != entry.media.end()) {
      medium = *known;
    } else {
      medium.node = std::move(node);
    }
  }
  entry.media = std::move(media);
}

void MediumAdmission::Forget(const DeviceEntry& entry) {
  for (const EntryMedium& medium : entry.media) {
    if (IsAdmitted(medium)) (void)seams_.medium_guard->Withdraw(medium.node);
  }
}

MediumAdmission::Owner MediumAdmission::OwnerOf(const DeviceEntry& entry) const {
  if (seams_.medium_guard == nullptr) return Owner::kUnknown;
  Owner owner = Owner::kSomebody;
  for (const EntryMedium& medium : entry.media) {
    if (!IsBlock(medium)) continue;
    const platform::Result<bool> own = seams_.medium_guard->IsOwn(medium.node);
    if (own.ok() && *own) return Owner::kMachine;
    if (!own.ok() && !IsGone(own.failure())) owner = Owner::kUnknown;
  }
  return owner;
}

bool MediumAdmission::MustTighten(const DeviceEntry& entry) {
  return entry.verdict.action == core::Action::kReadOnly &&
         entry.enforced == core::Authorisation::kAuthorised &&
         std::ranges::any_of(entry.media, [](const EntryMedium& each) {
           return each.standing == Standing::kReadWrite;
         });
}

std::optional<MediumAdmission::Wanted> MediumAdmission::WantedOf(const DeviceEntry& entry,
                                                                 const EntryMedium& medium) const {
  if (entry.handling != Handling::kSettled || entry.enforced != core::Authorisation::kAuthorised ||
      entry.verdict.action == core::Action::kBlock || HasLooseInterface(entry)) {
    return std::nullopt;
  }
  Wanted wanted;
  if (entry.verdict.action == core::Action::kAllow) {
    wanted.access = MediumAccess::kReadWrite;
  } else if (!IsBlock(medium)) {
    return std::nullopt;  // commands go through it, and some of them write
  }
  if (!entry.verdict.grant_id.empty()) {
    const core::Grant* grant = grants_.Find(entry.verdict.grant_id);
    if (grant == nullptr) return std::nullopt;
    wanted.deadline = grant->claims.deadline;
  }
  return wanted;
}

void MediumAdmission::Settle(DeviceEntry& entry) {
  SettleEach(entry);
  for (int look = 1; look < kMostLooks; ++look) {
    if (std::ranges::find(entry.media, Standing::kNotIt, &EntryMedium::standing) ==
        entry.media.end()) {
      return;
    }
    // Whoever opens a drive first finds that its medium was changed, and raises diskseq. The notice
    // of it is swallowed while the kernel is still adding the disk.
    const std::vector<MediumNode> before = NodesOf(entry);
    ReadMedia(entry);
    if (NodesOf(entry) == before) return;
    SettleEach(entry);
  }
}

void MediumAdmission::SettleEach(DeviceEntry& entry) {
  for (EntryMedium& medium : entry.media) {
    if (medium.standing == Standing::kOwn) continue;
    if (watch_.Stands()) {
      SettleOne(entry, medium);
    } else {
      medium.standing = Standing::kUnknown;
    }
  }
}

void MediumAdmission::SettleOne(DeviceEntry& entry, EntryMedium& medium) {
  if (medium.standing == Standing::kUnknown && IsBlock(medium)) {
    const platform::Result<bool> own = seams_.medium_guard->IsOwn(medium.node);
    if (own.ok() && *own) {
      medium.standing = Standing::kOwn;
      return;
    }
  }
  const std::optional<Wanted> wanted = WantedOf(entry, medium);
  if (!wanted) {
    if (medium.standing != Standing::kShut) Withdraw(entry, medium);
    return;
  }
  const bool stands =
      medium.standing == StandingOf(wanted->access) && medium.deadline == wanted->deadline;
  if (!stands && !HasFailed(medium)) Admit(entry, medium, *wanted);
}

// Read after its media were: whichever of them hangs on an interface that another program has
// opened, that interface shows as open now.
bool MediumAdmission::KeepsItsInterfacesShut(const DeviceEntry& entry) const {
  if (entry.verdict.shut_interfaces.empty()) return true;
  const platform::Result<platform::DeviceFacts> now = seams_.devices.Read(*entry.held);
  return now.ok() && std::ranges::none_of(now->interfaces, [&](const auto& each) {
           return each.authorised &&
                  std::ranges::binary_search(entry.verdict.shut_interfaces, each.number);
         });
}

void MediumAdmission::Admit(DeviceEntry& entry, EntryMedium& medium, const Wanted& wanted) {
  if (!KeepsItsInterfacesShut(entry)) return;
  const bool admitted = wanted.access == MediumAccess::kReadOnly
                            ? AdmitReadOnly(entry, medium, wanted)
                            : AdmitReadWrite(entry, medium, wanted);
  if (!admitted) return;
  medium.standing = StandingOf(wanted.access);
  medium.deadline = wanted.deadline;
  medium.failure.clear();
  // Whoever looked too early finds it by itself when it is plugged in again.
  if (IsBlock(medium)) (void)seams_.medium_guard->Announce(medium.node);
}

bool MediumAdmission::AdmitReadWrite(DeviceEntry& entry, EntryMedium& medium,
                                     const Wanted& wanted) {
  // Neither a deadline that moved nor a second try is a second opening.
  if (medium.standing != Standing::kReadWrite && !medium.opening_recorded) {
    if (!RecordOpened(entry, medium, "")) {
      medium.standing = Standing::kFailed;
      return false;
    }
    medium.opening_recorded = true;
  }
  platform::Outcome admitted =
      seams_.medium_guard->Admit(medium.node, wanted.access, wanted.deadline);
  if (admitted.ok()) return true;
  Fail(entry, medium, "admit medium", admitted.failure());
  return false;
}

bool MediumAdmission::AdmitReadOnly(DeviceEntry& entry, EntryMedium& medium, const Wanted& wanted) {
  platform::Outcome admitted =
      seams_.medium_guard->Admit(medium.node, wanted.access, wanted.deadline);
  if (!admitted.ok()) {
    Fail(entry, medium, "admit medium", admitted.failure());
    return false;
  }
  if (medium.standing == Standing::kReadOnly) return true;  // its deadline moved
  const auto take_back = [&](const char* step, const platform::Failure& failure) {
    (void)seams_.medium_guard->Withdraw(medium.node);
    Fail(entry, medium, step, failure);
    return false;
  };
  platform::Result<platform::WriteAttempt> attempt = seams_.medium_hold->TryToWrite(medium.node);
  if (!attempt.ok()) return take_back("try to write", attempt.failure());
  watch_.LeaveOut(medium.node, attempt->pid);
  if (attempt->end == platform::WriteAttempt::End::kWentThrough) {
    (void)seams_.medium_guard->Withdraw(medium.node);
    medium.standing = Standing::kShut;
    entry.read_only_hold = DeviceEntry::ReadOnlyHold::kBroken;
    v1::Event event = EventAbout(v1::EVENT_KIND_READ_ONLY_BROKEN, entry, medium);
    AddParameter(event, "how", attempt->detail);
    (void)reporter_.Record(std::move(event));
    return false;
  }
  // That it may be opened was recorded with the device; this says how it was found to hold, before
  // anybody is told to look.
  if (RecordOpened(entry, medium, attempt->detail)) return true;
  (void)seams_.medium_guard->Withdraw(medium.node);
  medium.standing = Standing::kFailed;
  return false;
}

void MediumAdmission::Withdraw(const DeviceEntry& entry, EntryMedium& medium) {
  platform::Outcome withdrawn = seams_.medium_guard->Withdraw(medium.node);
  const bool told = medium.standing == Standing::kUnknown;
  medium.standing = Standing::kShut;
  medium.deadline.reset();
  medium.opening_recorded = false;
  if (withdrawn.ok() || IsGone(withdrawn.failure())) return;
  medium.standing = Standing::kUnknown;  // with the next tick, again
  if (told) return;
  v1::Event event = EventAbout(v1::EVENT_KIND_ENFORCEMENT_FAILED, entry, medium);
  AddParameter(event, "step", "withdraw medium");
  AddParameter(event, "error", withdrawn.failure().ToString());
  (void)reporter_.Record(std::move(event));
}

void MediumAdmission::Fail(const DeviceEntry& entry, EntryMedium& medium, const std::string& step,
                           const platform::Failure& failure) {
  medium.standing = IsGone(failure) ? Standing::kNotIt : Standing::kFailed;
  medium.deadline.reset();
  if (medium.standing == Standing::kNotIt) return;  // read again at once, and with its notice
  const std::string told = step + ": " + failure.ToString();
  if (std::exchange(medium.failure, told) == told) return;
  v1::Event event = EventAbout(v1::EVENT_KIND_ENFORCEMENT_FAILED, entry, medium);
  AddParameter(event, "step", step);
  AddParameter(event, "error", failure.ToString());
  (void)reporter_.Record(std::move(event));
}

bool MediumAdmission::RecordOpened(const DeviceEntry& entry, const EntryMedium& medium,
                                   const std::string& proof) {
  if (!IsTold(medium)) return true;
  v1::Event event = EventAbout(v1::EVENT_KIND_MEDIUM_OPENED, entry, medium);
  AddParameter(event, "action", core::Name(entry.verdict.action));
  if (!proof.empty()) AddParameter(event, "proof", proof);
  return reporter_.Record(std::move(event), Reporter::IfUnwritable::kForget).ok();
}

v1::Event MediumAdmission::EventAbout(v1::EventKind kind, const DeviceEntry& entry,
                                      const EntryMedium& medium) const {
  v1::Event event = EventOf(kind);
  *event.mutable_device() = contract::ToProto(Shown(entry));
  *event.mutable_verdict() = contract::ToProto(entry.verdict);
  event.set_grant_id(entry.verdict.grant_id);
  AddText(event, "node", medium.node.name);
  return event;
}

}  // namespace sekisho::engine
