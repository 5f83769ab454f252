#include "console/service/order_plan.h"

#include <algorithm>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "proto/contract/bounds.h"
#include "proto/contract/login_factors.h"

namespace sekisho::console::service {
namespace {

constexpr std::uint32_t kMinTrial = 60;
constexpr std::uint32_t kMaxTrial = 86'400;
constexpr std::size_t kMostPeople = 200;  // sekisho.v1.TerminalOutcome
constexpr std::size_t kPeopleInAnError = 20;

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

template <typename Names>
bool Holds(const Names& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

// Why a terminal is ordered nothing about logins.
std::optional<v1::OrderOutcome> UnorderableLogins(const OrderSight& sight) {
  if (const std::optional<v1::OrderOutcome> outcome = Unorderable(sight)) return outcome;
  if (sight.logins == OrderSight::Agent::kTooOld) return v1::ORDER_OUTCOME_AGENT_TOO_OLD;
  // Enrolled and not heard yet: its agent may be one that would refuse the order for ever.
  if (sight.logins == OrderSight::Agent::kUnknown) return v1::ORDER_OUTCOME_PEOPLE_UNKNOWN;
  return std::nullopt;
}

// What the terminal has said; nothing when it has said nothing.
const v1::TerminalLogins* LoginsOf(const OrderSight& sight) {
  return sight.status != nullptr && sight.status->has_logins() ? &sight.status->logins() : nullptr;
}

// Whom enforcing would lock out without anybody having said so.
Planned PlanWithoutFactor(const v1::TerminalLogins& logins, const v1::SetLoginsMode& what) {
  Planned planned{v1::ORDER_OUTCOME_AT_ONCE, {}};
  for (const v1::PersonLogins& person : logins.people()) {
    if (!contract::LacksFactor(person) || Holds(what.without_factor(), person.name())) continue;
    planned.outcome = v1::ORDER_OUTCOME_WITHOUT_FACTOR;
    if (planned.people.size() < kMostPeople) planned.people.push_back(person.name());
  }
  // Who has none is listed first: when even the last has none, more of them may be left off.
  if (logins.people_left_off() > 0 &&
      (logins.people().empty() || contract::LacksFactor(*logins.people().rbegin()))) {
    planned.outcome = v1::ORDER_OUTCOME_WITHOUT_FACTOR;
  }
  return planned;
}

// A waiting order is as good as `what` only if it lets whoever is named be locked out, too:
// otherwise the terminal might refuse it.
bool Covers(const v1::SetLoginsMode& waiting, const v1::SetLoginsMode& what) {
  return waiting.mode() == what.mode() &&
         std::ranges::all_of(what.without_factor(), [&waiting](const std::string& name) {
           return Holds(waiting.without_factor(), name);
         });
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

absl::Status CheckSetLoginsMode(const v1::SetLoginsMode& what) {
  if (what.mode() != v1::LOGINS_MODE_OBSERVE && what.mode() != v1::LOGINS_MODE_ENFORCE) {
    return absl::InvalidArgumentError("logins are ordered to be observed, or enforced");
  }
  if (what.mode() != v1::LOGINS_MODE_ENFORCE && !what.without_factor().empty()) {
    return absl::InvalidArgumentError("only enforcing locks anybody out");
  }
  return absl::OkStatus();
}

absl::Status CheckPerson(const std::string& person) {
  if (!absl::StripAsciiWhitespace(person).empty() && person.size() <= contract::kMaxStringBytes) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("say who, by the name that the person logs in with (at most ",
                   contract::kMaxStringBytes, " bytes); see: sekishoctl logins list"));
}

absl::Status CheckKnown(const OrderSight& sight, const std::string& terminal,
                        const std::string& person) {
  const v1::TerminalLogins* logins = LoginsOf(sight);
  if (logins == nullptr || logins->people_left_off() > 0) return absl::OkStatus();
  std::vector<std::string> names;
  for (const v1::PersonLogins& each : logins->people()) {
    if (each.name() == person) return absl::OkStatus();
    names.push_back(each.name());
  }
  if (names.empty()) {
    return absl::NotFoundError(absl::StrCat("nobody can log in to \"", terminal, "\""));
  }
  std::ranges::sort(names);
  const bool more = names.size() > kPeopleInAnError;
  if (more) names.resize(kPeopleInAnError);
  return absl::NotFoundError(absl::StrCat("nobody called \"", person, "\" can log in to \"",
                                          terminal, "\"; there is: ", absl::StrJoin(names, ", "),
                                          more ? ", …" : ""));
}

absl::Status CheckReason(const std::string& reason) {
  if (!absl::StripAsciiWhitespace(reason).empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "say why (--reason \"…\"): the terminal shows it in its history");
}

absl::Status WhyNot(v1::OrderOutcome outcome, const std::string& terminal, const char* what) {
  if (outcome == v1::ORDER_OUTCOME_AGENT_TOO_OLD) {
    return absl::FailedPreconditionError(absl::StrCat("the agent of \"", terminal,
                                                      "\" is too old for ", what,
                                                      ": install the newer package there"));
  }
  if (outcome == v1::ORDER_OUTCOME_PEOPLE_UNKNOWN) {
    return absl::FailedPreconditionError(
        absl::StrCat("\"", terminal, "\" has not been heard yet: wait until it has connected"));
  }
  if (outcome == v1::ORDER_OUTCOME_REVOKED) {
    return absl::FailedPreconditionError(absl::StrCat("\"", terminal, "\" is revoked"));
  }
  return absl::FailedPreconditionError(absl::StrCat("\"", terminal, "\" is not enrolled"));
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

Planned PlanLogins(const OrderSight& sight, const v1::SetLoginsMode& what) {
  if (const std::optional<v1::OrderOutcome> outcome = UnorderableLogins(sight)) {
    return {*outcome, {}};
  }
  const v1::TerminalLogins* logins = LoginsOf(sight);
  const std::optional<v1::SetLoginsMode>& waiting = sight.standing.logins;
  const bool already = waiting.has_value() ? Covers(*waiting, what)
                                           : logins != nullptr && logins->mode() == what.mode();
  if (what.mode() == v1::LOGINS_MODE_OBSERVE || (already && !waiting.has_value())) {
    return {already ? v1::ORDER_OUTCOME_ALREADY : v1::ORDER_OUTCOME_AT_ONCE, {}};
  }
  if (logins == nullptr) return {v1::ORDER_OUTCOME_PEOPLE_UNKNOWN, {}};
  Planned planned = PlanWithoutFactor(*logins, what);
  // Somebody may have come since the waiting order was made: the terminal would refuse it.
  if (already && planned.outcome == v1::ORDER_OUTCOME_AT_ONCE) {
    planned.outcome = v1::ORDER_OUTCOME_ALREADY;
  }
  return planned;
}

v1::OrderOutcome PlanForPerson(const OrderSight& sight) {
  return UnorderableLogins(sight).value_or(v1::ORDER_OUTCOME_AT_ONCE);
}

bool NeedsOrder(v1::OrderOutcome outcome) {
  return outcome == v1::ORDER_OUTCOME_AT_ONCE || outcome == v1::ORDER_OUTCOME_AT_NEXT_START;
}

}  // namespace sekisho::console::service
