#include "console/rpc/operator_doors.h"

#include "console/rpc/unary.h"

namespace sekisho::console::rpc {

using SignedIn = service::SessionService::SignedIn;

grpc::ServerUnaryReactor* SessionDoor::SignIn(grpc::CallbackServerContext* context,
                                              const v1::SignInRequest* request,
                                              v1::SignInResponse* response) {
  return RunUnary(pool_, context, request, response, [this](const v1::SignInRequest& checked) {
    return services_.sessions.SignIn(checked);
  });
}

grpc::ServerUnaryReactor* SessionDoor::SignOut(grpc::CallbackServerContext* context,
                                               const v1::SignOutRequest* request,
                                               v1::SignOutResponse* response) {
  return RunOperator(services_, pool_, context, "sekisho.v1.SessionService/SignOut", request,
                     response, [this](const SignedIn& signed_in, const v1::SignOutRequest&) {
                       return services_.sessions.SignOut(signed_in);
                     });
}

grpc::ServerUnaryReactor* SessionDoor::WhoAmI(grpc::CallbackServerContext* context,
                                              const v1::WhoAmIRequest* request,
                                              v1::WhoAmIResponse* response) {
  return RunOperator(services_, pool_, context, "sekisho.v1.SessionService/WhoAmI", request,
                     response, [this](const SignedIn& signed_in, const v1::WhoAmIRequest&) {
                       return services_.sessions.WhoAmI(signed_in);
                     });
}

#define SEKISHO_DEFINE_CALL(door, service_name, member, name)                                    \
  grpc::ServerUnaryReactor* door::name(grpc::CallbackServerContext* context,                     \
                                       const v1::name##Request* request,                         \
                                       v1::name##Response* response) {                           \
    return RunOperator(services_, pool_, context, "sekisho.v1." service_name "/" #name, request, \
                       response,                                                                 \
                       [this](const SignedIn& signed_in, const v1::name##Request& checked) {     \
                         return services_.member.name(signed_in.caller, checked);                \
                       });                                                                       \
  }

SEKISHO_DEFINE_CALL(TerminalDoor, "TerminalService", terminals, ListTerminals)
SEKISHO_DEFINE_CALL(TerminalDoor, "TerminalService", terminals, GetTerminal)
SEKISHO_DEFINE_CALL(TerminalDoor, "TerminalService", terminals, RevokeTerminal)
SEKISHO_DEFINE_CALL(TerminalDoor, "TerminalService", terminals, ExpectTerminal)
SEKISHO_DEFINE_CALL(TerminalDoor, "TerminalService", terminals, CreateEnrolmentToken)
SEKISHO_DEFINE_CALL(TerminalDoor, "TerminalService", terminals, ListEnrolmentTokens)
SEKISHO_DEFINE_CALL(TerminalDoor, "TerminalService", terminals, RevokeEnrolmentToken)

SEKISHO_DEFINE_CALL(GrantDoor, "GrantService", grants, ListRequests)
SEKISHO_DEFINE_CALL(GrantDoor, "GrantService", grants, DenyRequest)
SEKISHO_DEFINE_CALL(GrantDoor, "GrantService", grants, CreateGrant)
SEKISHO_DEFINE_CALL(GrantDoor, "GrantService", grants, ApproveGrant)
SEKISHO_DEFINE_CALL(GrantDoor, "GrantService", grants, RevokeGrant)
SEKISHO_DEFINE_CALL(GrantDoor, "GrantService", grants, ListGrants)

SEKISHO_DEFINE_CALL(OrderDoor, "OrderService", orders, SetMode)
SEKISHO_DEFINE_CALL(OrderDoor, "OrderService", orders, ConfirmTrial)
SEKISHO_DEFINE_CALL(OrderDoor, "OrderService", orders, ListWouldBeBlocked)
SEKISHO_DEFINE_CALL(OrderDoor, "OrderService", orders, AdoptDevice)
SEKISHO_DEFINE_CALL(OrderDoor, "OrderService", orders, AbandonDevice)
SEKISHO_DEFINE_CALL(OrderDoor, "OrderService", orders, ReleaseTerminal)
SEKISHO_DEFINE_CALL(OrderDoor, "OrderService", orders, SetLoginsMode)
SEKISHO_DEFINE_CALL(OrderDoor, "OrderService", orders, LiftLoginLock)
SEKISHO_DEFINE_CALL(OrderDoor, "OrderService", orders, RemoveFactors)
SEKISHO_DEFINE_CALL(OrderDoor, "OrderService", orders, ListOrders)
SEKISHO_DEFINE_CALL(OrderDoor, "OrderService", orders, CancelOrder)

SEKISHO_DEFINE_CALL(PolicyDoor, "PolicyService", policies, CheckPolicy)
SEKISHO_DEFINE_CALL(PolicyDoor, "PolicyService", policies, DiffPolicy)
SEKISHO_DEFINE_CALL(PolicyDoor, "PolicyService", policies, SimulatePolicy)
SEKISHO_DEFINE_CALL(PolicyDoor, "PolicyService", policies, PublishPolicy)
SEKISHO_DEFINE_CALL(PolicyDoor, "PolicyService", policies, RollbackPolicy)
SEKISHO_DEFINE_CALL(PolicyDoor, "PolicyService", policies, GetPolicy)
SEKISHO_DEFINE_CALL(PolicyDoor, "PolicyService", policies, ListPolicies)

SEKISHO_DEFINE_CALL(OperatorDoor, "OperatorService", operators, CreateOperator)
SEKISHO_DEFINE_CALL(OperatorDoor, "OperatorService", operators, ListOperators)
SEKISHO_DEFINE_CALL(OperatorDoor, "OperatorService", operators, DisableOperator)
SEKISHO_DEFINE_CALL(OperatorDoor, "OperatorService", operators, CreateRobotToken)
SEKISHO_DEFINE_CALL(OperatorDoor, "OperatorService", operators, RevokeRobotToken)
SEKISHO_DEFINE_CALL(OperatorDoor, "OperatorService", operators, CreateGroup)
SEKISHO_DEFINE_CALL(OperatorDoor, "OperatorService", operators, ListGroups)

SEKISHO_DEFINE_CALL(RegisterDoor, "RegisterService", media, ListMedia)
SEKISHO_DEFINE_CALL(RegisterDoor, "RegisterService", media, GetMedium)
SEKISHO_DEFINE_CALL(RegisterDoor, "RegisterService", media, PutMedium)
SEKISHO_DEFINE_CALL(RegisterDoor, "RegisterService", media, IssueMedium)
SEKISHO_DEFINE_CALL(RegisterDoor, "RegisterService", media, ReturnMedium)
SEKISHO_DEFINE_CALL(RegisterDoor, "RegisterService", media, LoseMedium)
SEKISHO_DEFINE_CALL(RegisterDoor, "RegisterService", media, RetireMedium)
SEKISHO_DEFINE_CALL(RegisterDoor, "RegisterService", media, ExportMedia)

SEKISHO_DEFINE_CALL(HistoryDoor, "HistoryService", history, ReadHistory)
SEKISHO_DEFINE_CALL(HistoryDoor, "HistoryService", history, ReadAudit)
SEKISHO_DEFINE_CALL(HistoryDoor, "HistoryService", history, GetAnchor)
SEKISHO_DEFINE_CALL(HistoryDoor, "HistoryService", history, ErasePerson)

SEKISHO_DEFINE_CALL(ParcelDoor, "ParcelService", parcels, CarryParcel)

#undef SEKISHO_DEFINE_CALL

}  // namespace sekisho::console::rpc
