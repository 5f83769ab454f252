#ifndef SEKISHO_CONSOLE_SERVICE_ORDER_COURIER_H_
#define SEKISHO_CONSOLE_SERVICE_ORDER_COURIER_H_

#include "absl/status/status.h"
#include "console/clock.h"
#include "console/live/registry.h"
#include "console/store/order_store.h"

namespace sekisho::console::service {

// The feature of Hello without which an agent is sent no orders: it would refuse them.
inline constexpr char kOrdersFeature[] = "orders";

// The same of orders about logins.
inline constexpr char kLoginsFeature[] = "logins";

// Sends what waits for a connected terminal and is due on its stream, in the order of versions; see
// live::OrderLane. A confirmation that comes too late is cancelled instead: the trial has undone
// itself, and what somebody was locked out by must not begin at the next start. So is an order
// about logins that was made for a newer agent than there is now: it would refuse it for ever, and
// all that is ordered later would wait behind it. Any thread.
absl::Status SendWaitingOrders(store::OrderStore& orders, live::LiveTerminal& terminal,
                               const Clock& clock);

}  // namespace sekisho::console::service

#endif  // SEKISHO_CONSOLE_SERVICE_ORDER_COURIER_H_
