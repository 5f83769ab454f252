#ifndef SEKISHO_CONSOLE_SERVICE_ORDER_PLAN_H_
#define SEKISHO_CONSOLE_SERVICE_ORDER_PLAN_H_

#include <string>
#include <vector>

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
  // The same of orders about logins, which only an agent with the feature "logins" takes. To any
  // other they are malformed for ever.
  Agent logins = Agent::kUnknown;
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
absl::Status CheckSetLoginsMode(const v1::SetLoginsMode& what);

v1::OrderOutcome PlanMode(const OrderSight& sight, const v1::SetMode& what);
v1::OrderOutcome PlanConfirmation(const OrderSight& sight);
// Of an order for one device, or a release.
v1::OrderOutcome PlanOther(const OrderSight& sight);

// What becomes of an order on one terminal, and who there is the reason.
struct Planned {
  v1::OrderOutcome outcome = v1::ORDER_OUTCOME_UNSPECIFIED;
  std::vector<std::string> people;
};
Planned PlanLogins(const OrderSight& sight, const v1::SetLoginsMode& what);
// Of an order about one person's logins.
v1::OrderOutcome PlanForPerson(const OrderSight& sight);

// INVALID_ARGUMENT for a name that nobody has.
absl::Status CheckPerson(const std::string& person);
// NOT_FOUND, naming who is known there, when the terminal has said who can log in, and this person
// cannot. What it has not said is not held against anybody.
absl::Status CheckKnown(const OrderSight& sight, const std::string& terminal,
                        const std::string& person);

// INVALID_ARGUMENT for an order that nobody says the reason of.
absl::Status CheckReason(const std::string& reason);
// FAILED_PRECONDITION, for a terminal that is not ordered `what` ("orders").
absl::Status WhyNot(v1::OrderOutcome outcome, const std::string& terminal, const char* what);

// Whether the outcome is reached by an order that is made now.
bool NeedsOrder(v1::OrderOutcome outcome);

}  // namespace sekisho::console::service

#endif  // SEKISHO_CONSOLE_SERVICE_ORDER_PLAN_H_
