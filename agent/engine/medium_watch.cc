#include "agent/engine/medium_watch.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "proto/contract/convert.h"

namespace sekisho::engine {
namespace {

using platform::GuardState;
using Operation = platform::MediumRefusal::Operation;

const char* Name(Operation operation) {
  switch (operation) {
    case Operation::kOpen:
      return "open";
    case Operation::kWrite:
      return "write";
    case Operation::kMount:
      return "mount";
    case Operation::kCommand:
      return "command";
  }
  return "open";
}

// Whether it is over: udev and whoever else looks at a new disk was faster than the verdict that
// lets them, and was told to look again.
bool WasTooEarly(const DeviceEntry& entry, const platform::MediumRefusal& refusal) {
  using Standing = EntryMedium::Standing;
  for (const EntryMedium& medium : entry.media) {
    if (medium.node != refusal.node) continue;
    // What may be read is mounted in two steps by whoever was not told: first to write (EROFS).
    return medium.standing == Standing::kReadWrite ||
           (medium.standing == Standing::kReadOnly &&
            (refusal.operation == Operation::kOpen || refusal.operation == Operation::kMount));
  }
  return false;
}

}  // namespace

void MediumWatch::Start() {
  if (seams_.medium_guard == nullptr) return;
  Follow();
  watch_ = seams_.loop.WatchReadable(seams_.medium_guard->Readable(), [this] { OnReadable(); });
}

void MediumWatch::Follow() {
  if (seams_.medium_guard == nullptr) return;
  const platform::Outcome followed =
      mode_.Refuses() ? seams_.medium_guard->Refuse() : seams_.medium_guard->Observe();
  const GuardState state = seams_.medium_guard->State();
  if (mode_.Refuses() && state != GuardState::kStands && state != state_) {
    RecordLost(state, followed.ok() ? "" : followed.failure().ToString());
  } else if (!mode_.Refuses() && !followed.ok() && state == GuardState::kStands) {
    v1::Event event = EventOf(v1::EVENT_KIND_ENFORCEMENT_FAILED);
    AddParameter(event, "step", "observe media");
    AddParameter(event, "error", followed.failure().ToString());
    (void)reporter_.Record(std::move(event));
  }
  state_ = state;
}

void MediumWatch::Look() {
  if (seams_.medium_guard == nullptr) return;
  const GuardState state = seams_.medium_guard->State();
  if (!mode_.Refuses() || state == GuardState::kStands || state == GuardState::kUnsupported) {
    if (mode_.Refuses() && state != state_ && state != GuardState::kStands) RecordLost(state, "");
    state_ = state;
    return;
  }
  if (state != state_) RecordLost(state, "");
  state_ = state;
  // Whoever took it away: put back at once, and told of above.
  if (seams_.medium_guard->Refuse().ok()) state_ = seams_.medium_guard->State();
}

void MediumWatch::RecordLost(GuardState state, const std::string& detail) {
  const char* what = state == GuardState::kUnsupported ? "kernel"
                     : state == GuardState::kObserves  ? "loose"
                                                       : "missing";
  v1::Event event = EventOf(v1::EVENT_KIND_MEDIUM_GUARD_LOST);
  AddParameter(event, "what", what);
  AddParameter(event, "detail", detail);
  (void)reporter_.Record(std::move(event));
}

void MediumWatch::OnReadable() {
  std::vector<platform::MediumRefusal> refusals = seams_.medium_guard->Drain();
  // One refusal of a kind: more of them were somebody else's, counted together with it.
  for (const Ours& ours : std::exchange(ours_, {})) {
    for (platform::MediumRefusal& each : refusals) {
      if (each.node == ours.node && each.pid == ours.pid && each.count > 0) --each.count;
    }
  }
  std::erase_if(refusals, [](const auto& each) { return each.count == 0; });
  // The kernel told of the disk before anybody could try to open it.
  devices_.look_first();
  Look();
  if (!mode_.Refuses()) return;
  for (const platform::MediumRefusal& refusal : refusals) Tell(refusal);
}

void MediumWatch::Tell(const platform::MediumRefusal& refusal) {
  const DeviceEntry* entry = devices_.holder_of(refusal.node);
  if (entry != nullptr && WasTooEarly(*entry, refusal)) return;
  v1::Event event = EventOf(v1::EVENT_KIND_MEDIUM_REFUSED);
  if (entry != nullptr) *event.mutable_device() = contract::ToProto(Shown(*entry));
  AddParameter(event, "operation", Name(refusal.operation));
  AddText(event, "node", refusal.node.name);
  AddText(event, "program", refusal.program);
  AddParameter(event, "pid", absl::StrCat(refusal.pid));
  AddParameter(event, "uid", absl::StrCat(refusal.uid));
  if (refusal.count > 1) AddParameter(event, "count", absl::StrCat(refusal.count));
  throttle_.Report(
      absl::StrCat(Name(refusal.operation), " of ", refusal.node.name, " by uid ", refusal.uid),
      std::move(event));
}

}  // namespace sekisho::engine
