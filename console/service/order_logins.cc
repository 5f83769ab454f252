// Orders about who is asked for a second factor, and who is helped with it.
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "console/service/groups.h"
#include "console/service/order_service.h"

namespace sekisho::console::service {
namespace {

#define SEKISHO_METHOD(name) "sekisho.v1.OrderService/" name

std::string WordsOf(const v1::SetLoginsMode& what) {
  if (what.mode() == v1::LOGINS_MODE_OBSERVE) return "logins: observe";
  if (what.without_factor().empty()) return "logins: enforce";
  return absl::StrCat("logins: enforce, locking out ", absl::StrJoin(what.without_factor(), ", "));
}

}  // namespace

absl::StatusOr<v1::SetLoginsModeResponse> OrderService::SetLoginsMode(
    const authz::Caller& caller, const v1::SetLoginsModeRequest& request) {
  absl::Status checked = CheckSetLoginsMode(request.what());
  if (checked.ok() && !request.preview()) checked = CheckReason(request.reason());
  if (!checked.ok()) return checked;
  absl::StatusOr<Targets> targets =
      FindTargets(caller, SEKISHO_METHOD("SetLoginsMode"), request.group_id(), request.terminal());
  if (!targets.ok()) return targets.status();
  Wish wish{.kind = v1::ORDER_KIND_SET_LOGINS_MODE,
            .method = "SetLoginsMode",
            .detail = WordsOf(request.what()),
            .effect = request.preview() ? Wish::Effect::kPreview : Wish::Effect::kOrder};
  wish.order.set_reason(request.reason());
  // Whom the console found without a factor is never added: the terminal looks again, and refuses
  // when somebody has come whom nobody has named.
  *wish.order.mutable_set_logins_mode() = request.what();
  absl::StatusOr<std::vector<v1::TerminalOutcome>> outcomes =
      OrderAll(caller, *targets, wish,
               [&request](const OrderSight& sight) { return PlanLogins(sight, request.what()); });
  if (!outcomes.ok()) return outcomes.status();
  v1::SetLoginsModeResponse response;
  response.mutable_terminals()->Assign(outcomes->begin(), outcomes->end());
  return response;
}

absl::StatusOr<v1::IssuedOrder> OrderService::OrderForPerson(const authz::Caller& caller,
                                                             std::string_view method,
                                                             const std::string& terminal,
                                                             const std::string& person,
                                                             const Wish& wish) {
  absl::Status checked = CheckReason(wish.order.reason());
  if (checked.ok()) checked = CheckPerson(person);
  if (!checked.ok()) return checked;
  absl::StatusOr<store::TerminalRecord> record =
      ResolveTerminal(terminals_, caller, method, terminal);
  if (!record.ok()) return record.status();
  absl::StatusOr<std::unique_ptr<Known>> known = Look(*record);
  if (!known.ok()) return known.status();
  const v1::OrderOutcome outcome = PlanForPerson((*known)->sight);
  if (!NeedsOrder(outcome)) return WhyNot(outcome, record->name, "orders about logins");
  checked = CheckKnown((*known)->sight, record->name, person);
  if (!checked.ok()) return checked;
  return Issue(caller, *record, **known, wish, v1::Device(), "");
}

// Whether the person is locked is not asked: what is known of it is up to a minute old.
absl::StatusOr<v1::LiftLoginLockResponse> OrderService::LiftLoginLock(
    const authz::Caller& caller, const v1::LiftLoginLockRequest& request) {
  Wish wish{.kind = v1::ORDER_KIND_LIFT_LOGIN_LOCK,
            .method = "LiftLoginLock",
            .detail = request.person()};
  wish.order.set_reason(request.reason());
  wish.order.mutable_lift_login_lock()->set_person(request.person());
  absl::StatusOr<v1::IssuedOrder> made = OrderForPerson(caller, SEKISHO_METHOD("LiftLoginLock"),
                                                        request.terminal(), request.person(), wish);
  if (!made.ok()) return made.status();
  v1::LiftLoginLockResponse response;
  *response.mutable_order() = *std::move(made);
  return response;
}

absl::StatusOr<v1::RemoveFactorsResponse> OrderService::RemoveFactors(
    const authz::Caller& caller, const v1::RemoveFactorsRequest& request) {
  Wish wish{
      .kind = v1::ORDER_KIND_REMOVE_FACTORS, .method = "RemoveFactors", .detail = request.person()};
  wish.order.set_reason(request.reason());
  wish.order.mutable_remove_factors()->set_person(request.person());
  absl::StatusOr<v1::IssuedOrder> made = OrderForPerson(caller, SEKISHO_METHOD("RemoveFactors"),
                                                        request.terminal(), request.person(), wish);
  if (!made.ok()) return made.status();
  v1::RemoveFactorsResponse response;
  *response.mutable_order() = *std::move(made);
  return response;
}

#undef SEKISHO_METHOD

}  // namespace sekisho::console::service
