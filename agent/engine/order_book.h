#ifndef SEKISHO_AGENT_ENGINE_ORDER_BOOK_H_
#define SEKISHO_AGENT_ENGINE_ORDER_BOOK_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "agent/core/grant.h"
#include "agent/engine/adoption.h"
#include "agent/engine/device_table.h"
#include "agent/engine/factor_office.h"
#include "agent/engine/identity.h"
#include "agent/engine/mode_keeper.h"
#include "agent/engine/reporter.h"
#include "agent/engine/state_store.h"
#include "agent/engine/throttle.h"
#include "sekisho/v1/agent_state.pb.h"
#include "sekisho/v1/order.pb.h"
#include "sekisho/v1/seal.pb.h"

namespace sekisho::engine {

// What follows from an order; the engine does it.
struct OrderEffects {
  // What is adopted is something else now.
  std::function<void()> reconcile;
  // The office need not wait a minute to learn that its order is carried out.
  std::function<void()> say_status;
  // The console's time, once a fresh beacon told it.
  std::function<std::optional<core::WallTime>()> console_time;
};

// What the office wants to be so from now on. Each order is carried out once, in the order of their
// versions; one for another terminal, or for an earlier installation of this one, is void.
//
// What cannot be done now (a full disk) is not refused: the version stays where it is, and the
// console says it again with one of the next statuses; what is newer waits for it. What can never
// be done is refused, which moves the version on.
//
// A terminal whose memory of versions is damaged cannot tell a replay by its version. It can by its
// age: orders that were signed before the console, asked with a fresh random number, told it the
// time after the loss may have been carried out before, and are refused. Nobody can replay what was
// not yet signed.
class OrderBook {
 public:
  // All outlive this.
  OrderBook(const platform::Clock& clock, StateStore& store, Reporter& reporter, Throttle& throttle,
            const IdentityKeeper& identity, ModeKeeper& mode, Adoption& adoption,
            const DeviceTable& devices, FactorOffice& factors, OrderEffects effects)
      : clock_(clock),
        store_(store),
        reporter_(reporter),
        throttle_(throttle),
        identity_(identity),
        mode_(mode),
        adoption_(adoption),
        devices_(devices),
        factors_(factors),
        effects_(std::move(effects)) {}

  // At the start, and when the terminal has just been enrolled: what is on disk for this identity.
  void Load();
  void Receive(const v1::Sealed& sealed);
  // The console's time is known, freshly.
  void TimeKnown();
  // Writes again what could not be written.
  void Retry();

  // The newest applied or refused; 0 before the first.
  std::uint64_t version() const { return stored_.version(); }
  // A signed order lets Sekisho be removed.
  bool may_leave() const { return stored_.may_leave(); }

 private:
  // OK for one to carry out; ALREADY_EXISTS for no news; INVALID_ARGUMENT is for ever.
  absl::Status Judge(const v1::Order& order) const;
  // Carries it out, and writes down that it did. UNAVAILABLE: not now.
  absl::Status Apply(const v1::Order& order);
  // The part of it that is not about the mode, nor about leaving.
  absl::Status Change(const v1::Order& order);
  absl::Status RecordApplied(const v1::Order& order);
  // Void, or not from the office: says nothing about what the office ordered.
  void RefuseVoid(const std::string& cause);
  void Refuse(const v1::Order& order, const std::string& cause);
  void NotNow(const v1::Order& order, const absl::Status& why);
  // Done with it, whatever became of it.
  void MoveOn(const v1::Order& order);
  void Save();

  const platform::Clock& clock_;
  StateStore& store_;
  Reporter& reporter_;
  Throttle& throttle_;
  const IdentityKeeper& identity_;
  ModeKeeper& mode_;
  Adoption& adoption_;
  const DeviceTable& devices_;
  FactorOffice& factors_;
  OrderEffects effects_;
  v1::StoredOrders stored_;
  // Handled since this began: the console sends each until it has heard, so these are no replays.
  std::set<std::uint64_t> handled_;
  // One that could not be carried out yet. Not for ever: the console may have thought better of it.
  struct Behind {
    std::uint64_t version = 0;
    platform::BootTime until{};
  };
  std::optional<Behind> behind_;
  enum class Disk { kWritten, kBehind };
  Disk disk_ = Disk::kWritten;
};

}  // namespace sekisho::engine

#endif  // SEKISHO_AGENT_ENGINE_ORDER_BOOK_H_
