#ifndef SEKISHO_AGENT_ENGINE_DOWNLINK_H_
#define SEKISHO_AGENT_ENGINE_DOWNLINK_H_

#include <functional>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "agent/engine/beacon_watch.h"
#include "agent/engine/grant_book.h"
#include "agent/engine/identity.h"
#include "agent/engine/order_book.h"
#include "agent/engine/policy_keeper.h"
#include "agent/engine/register_keeper.h"
#include "agent/engine/throttle.h"
#include "agent/engine/uplink.h"
#include "sekisho/v1/seal.pb.h"

namespace sekisho::engine {

// What follows from the console's word; the engine does it.
struct DownlinkEffects {
  // The policy or the grants are others now.
  std::function<void()> reconcile;
  std::function<void(const std::string& grant_id, core::GrantEnd end)> end_grant;
  // A fresh time: grants that survived a reboot may go on.
  std::function<void()> time_known;
  // The office need not wait a minute to learn that its keys or its bundle are in force.
  std::function<void()> say_status;
  // The link has to know the console by another authority.
  std::function<void()> anchor_changed;
  // The console has stored events of ours.
  std::function<void(const v1::Acknowledgement&)> acknowledged;
  std::function<core::Here()> here;
  // What a policy would do to keyboards and pointers.
  PolicyKeeper::Foresee foresee;
};

// Sealed messages in: verified, parsed strictly, judged, and only then believed. Every refusal is
// reported with its reason, once a minute each.
class Downlink {
 public:
  // All outlive this.
  Downlink(Reporter& reporter, Throttle& throttle, IdentityKeeper& identity, PolicyKeeper& policies,
           RegisterKeeper& media, GrantBook& grants, OrderBook& orders, Uplink& uplink,
           BeaconWatch& beacons, DownlinkEffects effects)
      : reporter_(reporter),
        throttle_(throttle),
        identity_(identity),
        policies_(policies),
        media_(media),
        grants_(grants),
        orders_(orders),
        uplink_(uplink),
        beacons_(beacons),
        effects_(std::move(effects)) {}

  // What became of it: believed, nothing new, or refused and reported.
  enum class Outcome { kTaken, kKnown, kRefused };
  Outcome Receive(const v1::Sealed& sealed);

 private:
  void Judge(const v1::Sealed& sealed);
  void OnKeySet(const v1::Sealed& sealed);
  void OnTrustAnchor(const v1::Sealed& sealed);
  void OnBundle(const v1::Sealed& sealed);
  void OnRegister(const v1::Sealed& sealed);
  void OnGrant(const v1::Sealed& sealed);
  void OnRevocation(const v1::Sealed& sealed);
  void OnAcknowledgement(const v1::Sealed& sealed);
  void OnBeacon(const v1::Sealed& sealed);
  void Known() { outcome_ = Outcome::kKnown; }
  void RefuseGrant(const std::string& cause, const std::string& grant_id,
                   const core::GrantClaims* claims);
  void RefuseAcknowledgement(const std::string& cause);
  void RefuseBundle(const std::string& cause, std::uint64_t version);
  void RolledBack(const std::string& left, std::uint64_t version);

  Reporter& reporter_;
  Throttle& throttle_;
  IdentityKeeper& identity_;
  PolicyKeeper& policies_;
  RegisterKeeper& media_;
  GrantBook& grants_;
  OrderBook& orders_;
  Uplink& uplink_;
  BeaconWatch& beacons_;
  DownlinkEffects effects_;
  // Of the message that is being judged.
  Outcome outcome_ = Outcome::kTaken;
  // What was refused or reported as withheld already, so that the console's telling us again of the
  // same is no news.
  std::uint64_t refused_bundle_ = 0;
  std::uint64_t withheld_bundle_ = 0;
  // Asked for what a gap in the register leaves out, and nothing of it has come since.
  bool asked_for_register_ = false;
  // Revoked before they came: whoever reorders the two opens nothing.
  std::set<std::string> revoked_early_;
};

}  // namespace sekisho::engine

#endif  // SEKISHO_AGENT_ENGINE_DOWNLINK_H_
