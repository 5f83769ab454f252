#include "agent/engine/order_book.h"

#include <algorithm>
#include <chrono>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "agent/engine/log.h"
#include "proto/contract/convert.h"
#include "proto/contract/keys.h"
#include "proto/contract/seal.h"

namespace sekisho::engine {
namespace {

constexpr std::size_t kMaxHandled = 1024;
// The console says it again after two statuses.
constexpr std::chrono::minutes kSaidAgainWithin{5};

std::string ReportKeyId(const Identity& identity) {
  const contract::KeyId id = contract::KeyIdOf(identity.report_key.public_key());
  return {reinterpret_cast<const char*>(id.data()), id.size()};
}

// For the event, and for whoever reads it.
const char* What(const v1::Order& order) {
  switch (order.what_case()) {
    case v1::Order::kSetMode:
      return order.set_mode().mode() == v1::MODE_OBSERVE ? "observe"
             : order.set_mode().confirmed()              ? "enforce-confirmed"
                                                         : "enforce";
    case v1::Order::kAdoptDevice:
      return "adopt-device";
    case v1::Order::kAbandonDevice:
      return "abandon-device";
    case v1::Order::kLeave:
      return "leave";
    case v1::Order::kSetLoginsMode:
      return order.set_logins_mode().mode() == v1::LOGINS_MODE_OBSERVE ? "observe-logins"
                                                                       : "enforce-logins";
    case v1::Order::kLiftLoginLock:
      return "lift-login-lock";
    case v1::Order::kRemoveFactors:
      return "remove-factors";
    case v1::Order::WHAT_NOT_SET:
      break;
  }
  return "";
}

// Whom it is about; empty when it is about nobody.
std::string PersonOf(const v1::Order& order) {
  if (order.has_lift_login_lock()) return order.lift_login_lock().person();
  if (order.has_remove_factors()) return order.remove_factors().person();
  return "";
}

}  // namespace

void OrderBook::Load() {
  stored_.Clear();
  handled_.clear();
  behind_.reset();
  const Identity* identity = identity_.get();
  if (identity == nullptr) return;
  std::optional<std::string> bytes = store_.Load(StateFile::kOrders);
  if (bytes && !stored_.ParseFromString(*bytes)) {
    store_.SetAside(StateFile::kOrders, "garbage");
    bytes.reset();
  }
  // Orders of an earlier installation bind nobody; there is no version to go back from.
  const std::string key_id = ReportKeyId(*identity);
  if (bytes && stored_.report_key_id() == key_id) return;
  stored_.Clear();
  stored_.set_report_key_id(key_id);
  stored_.set_lost(!bytes && store_.Lost(StateFile::kOrders));
  Save();
}

void OrderBook::TimeKnown() {
  if (!stored_.lost() || stored_.has_lost_until()) return;
  const std::optional<core::WallTime> now = effects_.console_time();
  if (!now) return;
  *stored_.mutable_lost_until() = contract::ToProto(*now);
  Save();
}

void OrderBook::Receive(const v1::Sealed& sealed) {
  absl::StatusOr<v1::Order> order =
      contract::OpenAndParse<v1::Order>(identity_.get()->ring, sealed, v1::PURPOSE_ORDER);
  if (!order.ok()) return RefuseVoid(std::string(order.status().message()));
  const Identity& identity = *identity_.get();
  if (order->organisation_id() != identity.organisation_id()) {
    return RefuseVoid("other-organisation");
  }
  if (order->terminal_id() != identity.terminal_id()) return RefuseVoid("other-terminal");
  if (order->report_key_id() != stored_.report_key_id()) return RefuseVoid("other-installation");
  if (order->version() <= version()) {
    if (!handled_.contains(order->version())) RefuseVoid("older-version");
    return;
  }
  absl::Status done = Judge(*order);
  if (done.ok()) done = Apply(*order);
  if (!done.ok() && !absl::IsInvalidArgument(done)) return NotNow(*order, done);
  if (!done.ok()) Refuse(*order, std::string(done.message()));
  MoveOn(*order);
  effects_.say_status();
}

absl::Status OrderBook::Judge(const v1::Order& order) const {
  if (behind_ && order.version() > behind_->version && clock_.Now() < behind_->until) {
    return absl::UnavailableError(absl::StrCat("order ", behind_->version, " comes first"));
  }
  if (!stored_.lost()) return absl::OkStatus();
  if (!stored_.has_lost_until()) return absl::UnavailableError("console-time-not-known-yet");
  if (contract::ToCore(order.issued_at()) <= contract::ToCore(stored_.lost_until())) {
    return absl::InvalidArgumentError("orders-lost");
  }
  return absl::OkStatus();
}

absl::Status OrderBook::Apply(const v1::Order& order) {
  if (order.has_set_mode()) {
    return mode_.Order(order.set_mode(), [&] { (void)RecordApplied(order); });
  }
  if (order.has_leave()) {
    // Loosens: recorded, then so.
    if (absl::Status recorded = RecordApplied(order); !recorded.ok()) return recorded;
    stored_.set_may_leave(true);
    return absl::OkStatus();
  }
  if (absl::Status changed = Change(order); !changed.ok()) return changed;
  (void)RecordApplied(order);  // or waits in memory: see invariant 2
  effects_.reconcile();
  return absl::OkStatus();
}

absl::Status OrderBook::Change(const v1::Order& order) {
  switch (order.what_case()) {
    case v1::Order::kAdoptDevice:
      return adoption_.AdoptOrdered(devices_, order.adopt_device().device());
    case v1::Order::kAbandonDevice:
      return adoption_.Abandon(devices_, order.abandon_device().device(),
                               order.abandon_device().even_the_last()
                                   ? Adoption::LastKeyboard::kAbandon
                                   : Adoption::LastKeyboard::kRefuse);
    case v1::Order::kSetLoginsMode:
      return factors_.SetModeOrdered(order.set_logins_mode());
    case v1::Order::kLiftLoginLock:
      return factors_.LiftLockOrdered(order.lift_login_lock());
    case v1::Order::kRemoveFactors:
      return factors_.RemoveOrdered(order.remove_factors(), order.reason());
    case v1::Order::kSetMode:
    case v1::Order::kLeave:
    case v1::Order::WHAT_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError("malformed");
}

absl::Status OrderBook::RecordApplied(const v1::Order& order) {
  v1::Event event = EventOf(v1::EVENT_KIND_ORDER_APPLIED);
  AddParameter(event, "version", absl::StrCat(order.version()));
  AddParameter(event, "what", What(order));
  AddParameter(event, "ordered_by", order.ordered_by());
  AddText(event, "reason", order.reason());
  if (const std::string person = PersonOf(order); !person.empty()) {
    AddText(event, "person", person);
  }
  absl::Status recorded =
      reporter_.Record(std::move(event), order.has_leave() ? Reporter::IfUnwritable::kForget
                                                           : Reporter::IfUnwritable::kWait);
  return recorded.ok() ? recorded : absl::UnavailableError("unrecordable");
}

void OrderBook::RefuseVoid(const std::string& cause) {
  v1::Event event = EventOf(v1::EVENT_KIND_ORDER_REFUSED);
  AddParameter(event, "cause", cause);
  throttle_.Report(absl::StrCat("order: ", cause), std::move(event));
}

void OrderBook::Refuse(const v1::Order& order, const std::string& cause) {
  v1::Event event = EventOf(v1::EVENT_KIND_ORDER_REFUSED);
  AddParameter(event, "version", absl::StrCat(order.version()));
  AddParameter(event, "cause", cause);
  (void)reporter_.Record(std::move(event));
}

void OrderBook::NotNow(const v1::Order& order, const absl::Status& why) {
  if (!behind_ || order.version() <= behind_->version || clock_.Now() >= behind_->until) {
    behind_ = Behind{order.version(), clock_.Now() + kSaidAgainWithin};
  }
  v1::Event event = EventOf(v1::EVENT_KIND_ENFORCEMENT_FAILED);
  AddParameter(event, "step", absl::StrCat("order ", order.version(), ": ", What(order)));
  AddParameter(event, "error", std::string(why.message()));
  throttle_.Report(absl::StrCat("order ", order.version(), ": ", why.message()), std::move(event));
}

void OrderBook::MoveOn(const v1::Order& order) {
  stored_.set_version(order.version());
  if (behind_ && behind_->version <= order.version()) behind_.reset();
  if (handled_.size() < kMaxHandled) handled_.insert(order.version());
  Save();
}

void OrderBook::Save() {
  absl::Status saved = store_.Save(StateFile::kOrders, stored_.SerializeAsString());
  disk_ = saved.ok() ? Disk::kWritten : Disk::kBehind;
  if (!saved.ok()) {
    Log(Severity::kWarning, absl::StrCat("cannot remember the orders: ", saved.message()));
  }
}

void OrderBook::Retry() {
  if (disk_ == Disk::kBehind) Save();
}

}  // namespace sekisho::engine
