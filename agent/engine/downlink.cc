#include "agent/engine/downlink.h"

#include <utility>
#include <variant>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "proto/contract/convert.h"
#include "proto/contract/seal.h"
#include "sekisho/v1/grant.pb.h"

namespace sekisho::engine {
namespace {

constexpr std::size_t kMaxRevokedEarly = 1024;

std::string CauseOf(const absl::Status& status) { return std::string(status.message()); }

}  // namespace

Downlink::Outcome Downlink::Receive(const v1::Sealed& sealed) {
  if (identity_.get() == nullptr) return Outcome::kRefused;  // nobody's word counts yet
  outcome_ = Outcome::kTaken;
  Judge(sealed);
  return outcome_;
}

void Downlink::Judge(const v1::Sealed& sealed) {
  switch (static_cast<int>(sealed.purpose())) {
    case v1::PURPOSE_KEY_SET:
      return OnKeySet(sealed);
    case v1::PURPOSE_TRUST_ANCHOR:
      return OnTrustAnchor(sealed);
    case v1::PURPOSE_BUNDLE:
      return OnBundle(sealed);
    case v1::PURPOSE_REGISTER:
      return OnRegister(sealed);
    case v1::PURPOSE_GRANT:
      return OnGrant(sealed);
    case v1::PURPOSE_GRANT_REVOCATION:
      return OnRevocation(sealed);
    case v1::PURPOSE_ORDER: {
      const std::uint64_t before = orders_.version();
      orders_.Receive(sealed);
      if (orders_.version() == before) outcome_ = Outcome::kKnown;
      return;
    }
    case v1::PURPOSE_ACKNOWLEDGEMENT:
      return OnAcknowledgement(sealed);
    case v1::PURPOSE_BEACON:
      return OnBeacon(sealed);
    default:
      return RefuseAcknowledgement("purpose not for an agent");
  }
}

void Downlink::OnKeySet(const v1::Sealed& sealed) {
  absl::Status updated = identity_.UpdateKeySet(sealed);
  if (updated.ok()) return effects_.say_status();
  if (absl::IsAlreadyExists(updated)) return Known();
  RefuseAcknowledgement(absl::StrCat("key set: ", updated.message()));
}

void Downlink::OnTrustAnchor(const v1::Sealed& sealed) {
  absl::Status followed = identity_.FollowAnchor(sealed);
  if (followed.ok()) return effects_.anchor_changed();
  if (absl::IsAlreadyExists(followed)) return Known();
  RefuseAcknowledgement(absl::StrCat("trust anchor: ", followed.message()));
}

void Downlink::OnBundle(const v1::Sealed& sealed) {
  absl::Status applied =
      policies_.Apply(*identity_.get(), sealed, beacons_.newest_bundle_version(), effects_.foresee);
  if (absl::IsAlreadyExists(applied)) return Known();
  if (absl::IsAborted(applied) || absl::IsCancelled(applied)) {
    // The console tells of it again and again: news the first time alone.
    return RolledBack(absl::IsAborted(applied) ? CauseOf(applied) : "",
                      PolicyKeeper::ClaimedVersion(*identity_.get(), sealed));
  }
  if (!applied.ok()) {
    return RefuseBundle(CauseOf(applied), PolicyKeeper::ClaimedVersion(*identity_.get(), sealed));
  }
  v1::Event event = EventOf(v1::EVENT_KIND_BUNDLE_APPLIED);
  AddParameter(event, "version", absl::StrCat(policies_.version()));
  (void)reporter_.Record(std::move(event));
  effects_.reconcile();
  effects_.say_status();
}

void Downlink::RolledBack(const std::string& left, std::uint64_t version) {
  refused_bundle_ = std::max(refused_bundle_, version);
  if (left.empty()) return Known();
  outcome_ = Outcome::kRefused;
  v1::Event event = EventOf(v1::EVENT_KIND_BUNDLE_ROLLED_BACK);
  AddParameter(event, "version", absl::StrCat(version));
  AddParameter(event, "left", left);
  (void)reporter_.Record(std::move(event));
  effects_.say_status();
}

void Downlink::OnRegister(const v1::Sealed& sealed) {
  const absl::Status applied = media_.Apply(*identity_.get(), sealed);
  if (absl::IsAlreadyExists(applied)) return Known();
  if (absl::IsOutOfRange(applied)) {
    // One before it was lost on the way: the Status says where to go on. Once, so that whoever
    // sends such messages again and again gets no Status for each.
    outcome_ = Outcome::kRefused;
    if (!std::exchange(asked_for_register_, true)) effects_.say_status();
    return;
  }
  if (!applied.ok()) return RefuseBundle(absl::StrCat("register: ", CauseOf(applied)), 0);
  asked_for_register_ = false;
  effects_.reconcile();
  effects_.say_status();
}

void Downlink::OnGrant(const v1::Sealed& sealed) {
  absl::StatusOr<v1::GrantClaims> opened =
      contract::OpenAndParse<v1::GrantClaims>(identity_.get()->ring, sealed, v1::PURPOSE_GRANT);
  if (!opened.ok()) return RefuseGrant(CauseOf(opened.status()), "", nullptr);
  absl::StatusOr<core::GrantClaims> claims = contract::ToCore(*opened);
  if (!claims.ok()) return RefuseGrant(CauseOf(claims.status()), opened->grant_id(), nullptr);
  const core::Grant* held = grants_.Find(claims->grant_id);
  // The console sends what it believes is missing; what runs is not missing.
  if (held != nullptr && !held->end) return Known();
  if (revoked_early_.contains(claims->grant_id)) {
    return RefuseGrant("revoked", claims->grant_id, &*claims);
  }
  // A terminal whose memory of used grants is gone believes only those that the console, asked with
  // a fresh random number, said should run.
  if (grants_.Lost() && !beacons_.Lives(claims->grant_id)) {
    return RefuseGrant("grants-lost", claims->grant_id, &*claims);
  }
  std::variant<core::Grant, core::GrantRefusal> accepted =
      core::Accept(*claims, grants_.grants(), effects_.here());
  if (const core::GrantRefusal* refusal = std::get_if<core::GrantRefusal>(&accepted)) {
    return RefuseGrant(core::Name(*refusal), claims->grant_id, &*claims);
  }
  // Recorded durably, then believed: what cannot be recorded is not accepted.
  v1::Event event = EventOf(v1::EVENT_KIND_GRANT_ACCEPTED);
  event.set_grant_id(claims->grant_id);
  event.set_reference(claims->reference);
  AddParameter(event, "deadline_boottime_ns", absl::StrCat(claims->deadline.count()));
  AddText(event, "reason", claims->reason);
  AddParameter(event, "requested_by", claims->requested_by);
  AddParameter(event, "approved_by", claims->approved_by);
  if (!reporter_.Record(std::move(event), Reporter::IfUnwritable::kForget).ok()) {
    return RefuseGrant("unrecordable", claims->grant_id, &*claims);
  }
  absl::Status added = grants_.Add(std::get<core::Grant>(std::move(accepted)), sealed);
  if (!added.ok()) return RefuseGrant("state-unwritable", claims->grant_id, &*claims);
  effects_.reconcile();
}

void Downlink::OnRevocation(const v1::Sealed& sealed) {
  absl::StatusOr<v1::GrantRevocation> revocation = contract::OpenAndParse<v1::GrantRevocation>(
      identity_.get()->ring, sealed, v1::PURPOSE_GRANT_REVOCATION);
  if (!revocation.ok()) {
    return RefuseGrant(absl::StrCat("revocation: ", revocation.status().message()), "", nullptr);
  }
  if (revocation->organisation_id() != identity_.get()->organisation_id() ||
      revocation->terminal_id() != identity_.get()->terminal_id()) {
    return RefuseGrant("revocation: other_terminal", revocation->grant_id(), nullptr);
  }
  const core::Grant* held = grants_.Find(revocation->grant_id());
  if (held == nullptr) {
    if (revoked_early_.size() < kMaxRevokedEarly) revoked_early_.insert(revocation->grant_id());
    return;
  }
  if (held->end) return Known();
  effects_.end_grant(revocation->grant_id(), core::GrantEnd::kRevoked);
}

void Downlink::OnAcknowledgement(const v1::Sealed& sealed) {
  absl::StatusOr<v1::Acknowledgement> acknowledgement = contract::OpenAndParse<v1::Acknowledgement>(
      identity_.get()->ring, sealed, v1::PURPOSE_ACKNOWLEDGEMENT);
  if (!acknowledgement.ok()) return RefuseAcknowledgement(CauseOf(acknowledgement.status()));
  if (acknowledgement->terminal_id() != identity_.get()->terminal_id()) {
    return RefuseAcknowledgement("other-terminal");
  }
  const Uplink::AckOutcome outcome = uplink_.Acknowledged(*acknowledgement);
  if (outcome.verdict == Uplink::Verdict::kAlready) Known();
  if (outcome.verdict == Uplink::Verdict::kRefused) return RefuseAcknowledgement(outcome.cause);
  effects_.acknowledged(*acknowledgement);
}

void Downlink::OnBeacon(const v1::Sealed& sealed) {
  absl::StatusOr<v1::Beacon> beacon =
      contract::OpenAndParse<v1::Beacon>(identity_.get()->ring, sealed, v1::PURPOSE_BEACON);
  if (!beacon.ok()) {
    return RefuseAcknowledgement(absl::StrCat("beacon: ", beacon.status().message()));
  }
  if (beacon->terminal_id() != identity_.get()->terminal_id()) {
    return RefuseAcknowledgement("beacon: other-terminal");
  }
  std::optional<BeaconWatch::Fresh> fresh = beacons_.Heard(*beacon);
  if (!fresh) return Known();  // a replay, or one that answers nothing: no news either way
  for (const std::string& grant_id : fresh->disowned_grant_ids) {
    // The console has signed that it should not run: its revocation was withheld, or lost.
    effects_.end_grant(grant_id, core::GrantEnd::kRevoked);
  }
  const std::uint64_t newest = beacon->newest_bundle_version();
  // Told of twice and still not here, nor refused by us: somebody on the way keeps it.
  if (fresh->bundle_told_before && newest > policies_.version() && newest > refused_bundle_ &&
      newest > withheld_bundle_) {
    withheld_bundle_ = newest;
    v1::Event event = EventOf(v1::EVENT_KIND_BUNDLE_WITHHELD);
    AddParameter(event, "newest", absl::StrCat(newest));
    AddParameter(event, "applied", absl::StrCat(policies_.version()));
    (void)reporter_.Record(std::move(event));
  }
  effects_.time_known();
}

void Downlink::RefuseGrant(const std::string& cause, const std::string& grant_id,
                           const core::GrantClaims* claims) {
  outcome_ = Outcome::kRefused;
  v1::Event event = EventOf(v1::EVENT_KIND_GRANT_REFUSED);
  event.set_grant_id(grant_id);
  if (claims != nullptr) {
    event.set_reference(claims->reference);
    AddParameter(event, "requested_by", claims->requested_by);
  }
  AddParameter(event, "cause", cause);
  throttle_.Report(absl::StrCat("grant ", grant_id, ": ", cause), std::move(event));
}

void Downlink::RefuseAcknowledgement(const std::string& cause) {
  outcome_ = Outcome::kRefused;
  v1::Event event = EventOf(v1::EVENT_KIND_ACKNOWLEDGEMENT_REFUSED);
  AddParameter(event, "cause", cause);
  throttle_.Report(absl::StrCat("acknowledgement: ", cause), std::move(event));
}

void Downlink::RefuseBundle(const std::string& cause, std::uint64_t version) {
  outcome_ = Outcome::kRefused;
  refused_bundle_ = std::max(refused_bundle_, version);
  v1::Event event = EventOf(v1::EVENT_KIND_BUNDLE_REFUSED);
  AddParameter(event, "cause", cause);
  AddParameter(event, "version", absl::StrCat(version));
  throttle_.Report(absl::StrCat("bundle ", version, ": ", cause), std::move(event));
}

}  // namespace sekisho::engine
