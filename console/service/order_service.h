#ifndef SEKISHO_CONSOLE_SERVICE_ORDER_SERVICE_H_
#define SEKISHO_CONSOLE_SERVICE_ORDER_SERVICE_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "console/authz/authz.h"
#include "console/clock.h"
#include "console/live/registry.h"
#include "console/pki/keyring.h"
#include "console/service/order_plan.h"
#include "console/store/backend.h"
#include "sekisho/v1/order_service.pb.h"

namespace sekisho::console::service {

// What the office wants to be so on terminals from now on. Orders are signed and stored with their
// audit row, and go down at once where there is a stream, else with the terminal's next Status.
// Thread-safe.
class OrderService {
 public:
  OrderService(store::Backend& store, const pki::Keyring& keyring, live::Registry& registry,
               Clock clock)
      : orders_(store.orders()),
        grants_(store.grants()),
        terminals_(store.terminals()),
        organisations_(store.organisations()),
        keyring_(keyring),
        registry_(registry),
        clock_(std::move(clock)) {}

  absl::StatusOr<v1::SetModeResponse> SetMode(const authz::Caller& caller,
                                              const v1::SetModeRequest& request);
  absl::StatusOr<v1::ConfirmTrialResponse> ConfirmTrial(const authz::Caller& caller,
                                                        const v1::ConfirmTrialRequest& request);
  absl::StatusOr<v1::ListWouldBeBlockedResponse> ListWouldBeBlocked(
      const authz::Caller& caller, const v1::ListWouldBeBlockedRequest& request);
  // FAILED_PRECONDITION for a device that no terminal may adopt: only a grant opens it.
  absl::StatusOr<v1::AdoptDeviceResponse> AdoptDevice(const authz::Caller& caller,
                                                      const v1::AdoptDeviceRequest& request);
  // FAILED_PRECONDITION for the terminal's last keyboard, as far as its events and the orders that
  // wait say; the terminal looks again.
  absl::StatusOr<v1::AbandonDeviceResponse> AbandonDevice(const authz::Caller& caller,
                                                          const v1::AbandonDeviceRequest& request);
  absl::StatusOr<v1::ReleaseTerminalResponse> ReleaseTerminal(
      const authz::Caller& caller, const v1::ReleaseTerminalRequest& request);
  absl::StatusOr<v1::SetLoginsModeResponse> SetLoginsMode(const authz::Caller& caller,
                                                          const v1::SetLoginsModeRequest& request);
  // Both FAILED_PRECONDITION when the terminal's agent does not know them, NOT_FOUND when the
  // terminal has said who can log in and this person cannot.
  absl::StatusOr<v1::LiftLoginLockResponse> LiftLoginLock(const authz::Caller& caller,
                                                          const v1::LiftLoginLockRequest& request);
  absl::StatusOr<v1::RemoveFactorsResponse> RemoveFactors(const authz::Caller& caller,
                                                          const v1::RemoveFactorsRequest& request);
  absl::StatusOr<v1::ListOrdersResponse> ListOrders(const authz::Caller& caller,
                                                    const v1::ListOrdersRequest& request);
  absl::StatusOr<v1::CancelOrderResponse> CancelOrder(const authz::Caller& caller,
                                                      const v1::CancelOrderRequest& request);

 private:
  struct Targets {
    store::Scope scope;
    std::vector<store::TerminalRecord> terminals;  // by name
    std::string name;                              // for the audit log
  };
  // One terminal by id or name, or the group's and all below it.
  absl::StatusOr<Targets> FindTargets(const authz::Caller& caller, std::string_view method,
                                      const std::string& group, const std::string& terminal);
  // The part of a list that one terminal, a group, or (with neither) the caller's own group is.
  absl::StatusOr<store::OrderQuery> FindRange(const authz::Caller& caller, std::string_view method,
                                              const std::string& group,
                                              const std::string& terminal);

  // Everything that is known of one terminal when it is ordered; `status` of it points into itself.
  struct Known {
    std::shared_ptr<live::LiveTerminal> live;
    std::optional<v1::Status> status;
    OrderSight sight;
  };
  absl::StatusOr<std::unique_ptr<Known>> Look(const store::TerminalRecord& terminal);

  // The same order for each terminal that `plan` says needs it.
  struct Wish {
    v1::OrderKind kind = v1::ORDER_KIND_UNSPECIFIED;
    v1::Order order = v1::Order();  // what, reason
    const char* method = "";
    std::string detail = "";
    enum class Effect { kOrder, kPreview } effect = Effect::kOrder;
  };
  using Plan = std::function<Planned(const OrderSight& sight)>;
  absl::StatusOr<std::vector<v1::TerminalOutcome>> OrderAll(const authz::Caller& caller,
                                                            const Targets& targets,
                                                            const Wish& wish, const Plan& plan);
  // An order for one terminal; FAILED_PRECONDITION when it cannot be ordered anything.
  absl::StatusOr<v1::IssuedOrder> OrderOne(const authz::Caller& caller,
                                           const store::TerminalRecord& terminal, const Wish& wish,
                                           const v1::Device& device, const std::string& reference);

  // The same when it is known that it can be.
  absl::StatusOr<v1::IssuedOrder> Issue(const authz::Caller& caller,
                                        const store::TerminalRecord& terminal, const Known& known,
                                        const Wish& wish, const v1::Device& device,
                                        const std::string& reference);
  // An order about the logins of `person` on `terminal`.
  absl::StatusOr<v1::IssuedOrder> OrderForPerson(const authz::Caller& caller,
                                                 std::string_view method,
                                                 const std::string& terminal,
                                                 const std::string& person, const Wish& wish);

  absl::Status CheckLeavesKeyboard(const store::TerminalRecord& terminal,
                                   const v1::GrantedDevice& abandoned);

  absl::StatusOr<store::OrderRecord> Draft(const authz::Caller& caller,
                                           const store::TerminalRecord& terminal,
                                           const Known& known, const Wish& wish);
  absl::StatusOr<std::vector<store::OrderRecord>> Sign(std::vector<store::OrderRecord> drafts,
                                                       const store::AuditEntry& audit);
  void Push(const std::vector<store::OrderRecord>& orders);

  store::OrderStore& orders_;
  store::GrantStore& grants_;
  store::TerminalStore& terminals_;
  store::OrganisationStore& organisations_;
  const pki::Keyring& keyring_;
  live::Registry& registry_;
  const Clock clock_;
};

v1::IssuedOrder ViewOf(const store::OrderRecord& record);

}  // namespace sekisho::console::service

#endif  // SEKISHO_CONSOLE_SERVICE_ORDER_SERVICE_H_
