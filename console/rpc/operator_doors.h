#ifndef SEKISHO_CONSOLE_RPC_OPERATOR_DOORS_H_
#define SEKISHO_CONSOLE_RPC_OPERATOR_DOORS_H_

#include <grpcpp/grpcpp.h>

#include "console/rpc/services.h"
#include "console/rpc/worker_pool.h"
#include "sekisho/v1/grant_service.grpc.pb.h"
#include "sekisho/v1/history_service.grpc.pb.h"
#include "sekisho/v1/operator_service.grpc.pb.h"
#include "sekisho/v1/order_service.grpc.pb.h"
#include "sekisho/v1/parcel_service.grpc.pb.h"
#include "sekisho/v1/policy_service.grpc.pb.h"
#include "sekisho/v1/register_service.grpc.pb.h"
#include "sekisho/v1/session_service.grpc.pb.h"
#include "sekisho/v1/terminal_service.grpc.pb.h"

// The operators' unary calls: each hands its request to the service of the same name. Macros,
// because gRPC's generated classes want one override a method and nothing differs but names.
namespace sekisho::console::rpc {

#define SEKISHO_DECLARE_CALL(name)                                                               \
  grpc::ServerUnaryReactor* name(grpc::CallbackServerContext* context,                           \
                                 const v1::name##Request* request, v1::name##Response* response) \
      override

class SessionDoor : public v1::SessionService::CallbackService {
 public:
  SessionDoor(const Services& services, WorkerPool& pool) : services_(services), pool_(pool) {}
  SEKISHO_DECLARE_CALL(SignIn);
  SEKISHO_DECLARE_CALL(SignOut);
  SEKISHO_DECLARE_CALL(WhoAmI);

 private:
  const Services& services_;
  WorkerPool& pool_;
};

class TerminalDoor : public v1::TerminalService::CallbackService {
 public:
  TerminalDoor(const Services& services, WorkerPool& pool) : services_(services), pool_(pool) {}
  SEKISHO_DECLARE_CALL(ListTerminals);
  SEKISHO_DECLARE_CALL(GetTerminal);
  SEKISHO_DECLARE_CALL(RevokeTerminal);
  SEKISHO_DECLARE_CALL(ExpectTerminal);
  SEKISHO_DECLARE_CALL(CreateEnrolmentToken);
  SEKISHO_DECLARE_CALL(ListEnrolmentTokens);
  SEKISHO_DECLARE_CALL(RevokeEnrolmentToken);

 private:
  const Services& services_;
  WorkerPool& pool_;
};

class GrantDoor : public v1::GrantService::CallbackService {
 public:
  GrantDoor(const Services& services, WorkerPool& pool) : services_(services), pool_(pool) {}
  SEKISHO_DECLARE_CALL(ListRequests);
  SEKISHO_DECLARE_CALL(DenyRequest);
  SEKISHO_DECLARE_CALL(CreateGrant);
  SEKISHO_DECLARE_CALL(ApproveGrant);
  SEKISHO_DECLARE_CALL(RevokeGrant);
  SEKISHO_DECLARE_CALL(ListGrants);

 private:
  const Services& services_;
  WorkerPool& pool_;
};

class OrderDoor : public v1::OrderService::CallbackService {
 public:
  OrderDoor(const Services& services, WorkerPool& pool) : services_(services), pool_(pool) {}
  SEKISHO_DECLARE_CALL(SetMode);
  SEKISHO_DECLARE_CALL(ConfirmTrial);
  SEKISHO_DECLARE_CALL(ListWouldBeBlocked);
  SEKISHO_DECLARE_CALL(AdoptDevice);
  SEKISHO_DECLARE_CALL(AbandonDevice);
  SEKISHO_DECLARE_CALL(ReleaseTerminal);
  SEKISHO_DECLARE_CALL(SetLoginsMode);
  SEKISHO_DECLARE_CALL(LiftLoginLock);
  SEKISHO_DECLARE_CALL(RemoveFactors);
  SEKISHO_DECLARE_CALL(ListOrders);
  SEKISHO_DECLARE_CALL(CancelOrder);

 private:
  const Services& services_;
  WorkerPool& pool_;
};

class PolicyDoor : public v1::PolicyService::CallbackService {
 public:
  PolicyDoor(const Services& services, WorkerPool& pool) : services_(services), pool_(pool) {}
  SEKISHO_DECLARE_CALL(CheckPolicy);
  SEKISHO_DECLARE_CALL(DiffPolicy);
  SEKISHO_DECLARE_CALL(SimulatePolicy);
  SEKISHO_DECLARE_CALL(PublishPolicy);
  SEKISHO_DECLARE_CALL(RollbackPolicy);
  SEKISHO_DECLARE_CALL(GetPolicy);
  SEKISHO_DECLARE_CALL(ListPolicies);

 private:
  const Services& services_;
  WorkerPool& pool_;
};

class OperatorDoor : public v1::OperatorService::CallbackService {
 public:
  OperatorDoor(const Services& services, WorkerPool& pool) : services_(services), pool_(pool) {}
  SEKISHO_DECLARE_CALL(CreateOperator);
  SEKISHO_DECLARE_CALL(ListOperators);
  SEKISHO_DECLARE_CALL(DisableOperator);
  SEKISHO_DECLARE_CALL(CreateRobotToken);
  SEKISHO_DECLARE_CALL(RevokeRobotToken);
  SEKISHO_DECLARE_CALL(CreateGroup);
  SEKISHO_DECLARE_CALL(ListGroups);

 private:
  const Services& services_;
  WorkerPool& pool_;
};

class HistoryDoor : public v1::HistoryService::CallbackService {
 public:
  HistoryDoor(const Services& services, WorkerPool& pool) : services_(services), pool_(pool) {}
  SEKISHO_DECLARE_CALL(ReadHistory);
  SEKISHO_DECLARE_CALL(ReadAudit);
  SEKISHO_DECLARE_CALL(GetAnchor);
  SEKISHO_DECLARE_CALL(ErasePerson);

 private:
  const Services& services_;
  WorkerPool& pool_;
};

class RegisterDoor : public v1::RegisterService::CallbackService {
 public:
  RegisterDoor(const Services& services, WorkerPool& pool) : services_(services), pool_(pool) {}
  SEKISHO_DECLARE_CALL(ListMedia);
  SEKISHO_DECLARE_CALL(GetMedium);
  SEKISHO_DECLARE_CALL(PutMedium);
  SEKISHO_DECLARE_CALL(IssueMedium);
  SEKISHO_DECLARE_CALL(ReturnMedium);
  SEKISHO_DECLARE_CALL(LoseMedium);
  SEKISHO_DECLARE_CALL(RetireMedium);
  SEKISHO_DECLARE_CALL(ExportMedia);
  // console/rpc/import_stream.cc
  grpc::ServerReadReactor<v1::ImportMediaRequest>* ImportMedia(
      grpc::CallbackServerContext* context, v1::ImportMediaResponse* response) override;

 private:
  const Services& services_;
  WorkerPool& pool_;
};

class ParcelDoor : public v1::ParcelService::CallbackService {
 public:
  ParcelDoor(const Services& services, WorkerPool& pool) : services_(services), pool_(pool) {}
  SEKISHO_DECLARE_CALL(CarryParcel);

 private:
  const Services& services_;
  WorkerPool& pool_;
};

#undef SEKISHO_DECLARE_CALL

}  // namespace sekisho::console::rpc

#endif  // SEKISHO_CONSOLE_RPC_OPERATOR_DOORS_H_
