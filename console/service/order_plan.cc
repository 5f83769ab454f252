#include "console/service/order_plan.h"

#include <optional>

namespace sekisho::console::service {
namespace {

constexpr std::uint32_t kMinTrial = 60;
constexpr std::uint32_t kMaxTrial = 86'400;

// Why no order is made at all.
std::optional<v1::OrderOutcome> Unorderable(const OrderSight& sight) {
  if (sight.state == v1::TERMINAL_STATE_REVOKED) return v1::ORDER_OUTCOME_REVOKED;
  if (sight.state != v1::TERMINAL_STATE_ENROLLED) return v1::ORDER_OUTCOME_NEVER_ENROLLED;
  return std::nullopt;
}

// A trial is how enforcing begins.
bool Enforces(v1::Mode mode) { return mode == v1::MODE_ENFORCE || mode == v1::MODE_TRIAL; }

v1::OrderOutcome PlanObserve(v1::Mode ordered, v1::Mode actual) {
  const bool so =
      ordered == v1::MODE_UNSPECIFIED ? actual == v1::MODE_OBSERVE : ordered == v1::MODE_OBSERVE;
  return so ? v1::ORDER_OUTCOME_ALREADY : v1::ORDER_OUTCOME_AT_ONCE;
}

v1::OrderOutcome PlanTrial(v1::Mode ordered, v1::Mode actual) {
  const bool so = ordered == v1::MODE_UNSPECIFIED ? Enforces(actual) : ordered == v1::MODE_ENFORCE;
  return so ? v1::ORDER_OUTCOME_ALREADY : v1::ORDER_OUTCOME_AT_NEXT_START;
}

v1::OrderOutcome PlanConfirmed(v1::Mode ordered, v1::Mode actual) {
  if (actual == v1::MODE_TRIAL) return v1::ORDER_OUTCOME_AT_ONCE;
  const bool so = actual == v1::MODE_ENFORCE && ordered != v1::MODE_OBSERVE;
  return so ? v1::ORDER_OUTCOME_ALREADY : v1::ORDER_OUTCOME_AT_NEXT_START;
}

}  // namespace

v1::Mode ActualMode(const v1::Status& status) {
  return status.mode() == v1::MODE_UNSPECIFIED ? v1::MODE_ENFORCE : status.mode();
}

v1::Mode OrderedMode(const store::OrderStanding& standing, const v1::Status* status) {
  if (standing.mode == v1::MODE_UNSPECIFIED || standing.state == v1::ORDER_STATE_WAITING ||
      status == nullptr || standing.boot_id == status->boot_id()) {
    return standing.mode;
  }
  const v1::Mode actual = ActualMode(*status);
  // A rescue says nothing about what the next start will be.
  const bool holds = actual == v1::MODE_RESCUE || actual == standing.mode ||
                     (standing.mode == v1::MODE_ENFORCE && Enforces(actual));
  return holds ? standing.mode : v1::MODE_UNSPECIFIED;
}

absl::Status CheckSetMode(const v1::SetMode& what) {
  if (what.mode() != v1::MODE_OBSERVE && what.mode() != v1::MODE_ENFORCE) {
    return absl::InvalidArgumentError("a terminal is ordered to observe, or to enforce");
  }
  const bool trial = what.mode() == v1::MODE_ENFORCE && !what.confirmed();
  if (what.confirmed() && what.mode() != v1::MODE_ENFORCE) {
    return absl::InvalidArgumentError("only enforcing is confirmed");
  }
  if (what.trial_seconds() != 0 && !trial) {
    return absl::InvalidArgumentError("only enforcing that is not confirmed begins with a trial");
  }
  if (what.trial_seconds() != 0 &&
      (what.trial_seconds() < kMinTrial || what.trial_seconds() > kMaxTrial)) {
    return absl::InvalidArgumentError(
        "a trial waits for its confirmation from 1 minute to 1 day after the start (--trial 15m)");
  }
  return absl::OkStatus();
}

v1::OrderOutcome PlanMode(const OrderSight& sight, const v1::SetMode& what) {
  if (const std::optional<v1::OrderOutcome> outcome = Unorderable(sight)) return *outcome;
  const v1::Mode actual =
      sight.status == nullptr ? v1::MODE_UNSPECIFIED : ActualMode(*sight.status);
  if (sight.agent == OrderSight::Agent::kTooOld) {
    return what.mode() == actual ? v1::ORDER_OUTCOME_ALREADY : v1::ORDER_OUTCOME_AGENT_TOO_OLD;
  }
  const v1::Mode ordered = OrderedMode(sight.standing, sight.status);
  if (what.mode() == v1::MODE_OBSERVE) return PlanObserve(ordered, actual);
  return what.confirmed() ? PlanConfirmed(ordered, actual) : PlanTrial(ordered, actual);
}

v1::OrderOutcome PlanConfirmation(const OrderSight& sight) {
  if (const std::optional<v1::OrderOutcome> outcome = Unorderable(sight)) return *outcome;
  if (sight.agent == OrderSight::Agent::kTooOld) return v1::ORDER_OUTCOME_AGENT_TOO_OLD;
  if (sight.status == nullptr || sight.status->mode() != v1::MODE_TRIAL) {
    return v1::ORDER_OUTCOME_NOT_ON_TRIAL;
  }
  return sight.stream == OrderSight::Stream::kOpen ? v1::ORDER_OUTCOME_AT_ONCE
                                                   : v1::ORDER_OUTCOME_NOT_CONNECTED;
}

v1::OrderOutcome PlanOther(const OrderSight& sight) {
  if (const std::optional<v1::OrderOutcome> outcome = Unorderable(sight)) return *outcome;
  return sight.agent == OrderSight::Agent::kTooOld ? v1::ORDER_OUTCOME_AGENT_TOO_OLD
                                                   : v1::ORDER_OUTCOME_AT_ONCE;
}

bool NeedsOrder(v1::OrderOutcome outcome) {
  return outcome == v1::ORDER_OUTCOME_AT_ONCE || outcome == v1::ORDER_OUTCOME_AT_NEXT_START;
}

}  // namespace sekisho::console::service
