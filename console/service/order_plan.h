#ifndef SEKISHO_CONSOLE_SERVICE_ORDER_PLAN_H_
#define SEKISHO_CONSOLE_SERVICE_ORDER_PLAN_H_

#include "absl/status/status.h"
#include "console/store/model.h"
#include "sekisho/v1/order_service.pb.h"

// What becomes of an order on one terminal. Pure.
namespace sekisho::console::service {

// What is known of the terminal when it is ordered.
struct OrderSight {
  v1::TerminalState state = v1::TERMINAL_STATE_UNSPECIFIED;
  // The newest, if one ever came.
  const v1::Status* status = nullptr;
  // kUnknown: enrolled, and no word of its agent yet.
  enum class Agent { kUnknown, kTooOld, kKnowsOrders } agent = Agent::kUnknown;
  enum class Stream { kNone, kOpen } stream = Stream::kNone;
  store::OrderStanding standing;
};

// What an agent of before orders does is enforce: it sends no mode.
v1::Mode ActualMode(const v1::Status& status);

// What the newest order about the mode says that the terminal should be, as long as it holds:
// MODE_UNSPECIFIED when there is none, or the terminal was started since and is something else (a
// trial undid itself, or root at the terminal decided otherwise).
v1::Mode OrderedMode(const store::OrderStanding& standing, const v1::Status* status);

// INVALID_ARGUMENT, saying what to write, for what no agent would take.
absl::Status CheckSetMode(const v1::SetMode& what);

v1::OrderOutcome PlanMode(const OrderSight& sight, const v1::SetMode& what);
v1::OrderOutcome PlanConfirmation(const OrderSight& sight);
// Of an order for one device, or a release.
v1::OrderOutcome PlanOther(const OrderSight& sight);

// Whether the outcome is reached by an order that is made now.
bool NeedsOrder(v1::OrderOutcome outcome);

}  // namespace sekisho::console::service

#endif  // SEKISHO_CONSOLE_SERVICE_ORDER_PLAN_H_
