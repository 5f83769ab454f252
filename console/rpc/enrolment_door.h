#ifndef SEKISHO_CONSOLE_RPC_ENROLMENT_DOOR_H_
#define SEKISHO_CONSOLE_RPC_ENROLMENT_DOOR_H_

#include <grpcpp/grpcpp.h>

#include "console/rpc/services.h"
#include "console/rpc/worker_pool.h"
#include "sekisho/v1/agent_service.grpc.pb.h"

namespace sekisho::console::rpc {

// Calls before there is an identity.
class EnrolmentDoor : public v1::EnrolmentService::CallbackService {
 public:
  EnrolmentDoor(const Services& services, WorkerPool& pool) : services_(services), pool_(pool) {}
  grpc::ServerUnaryReactor* GetTrustAnchor(grpc::CallbackServerContext* context,
                                           const v1::GetTrustAnchorRequest* request,
                                           v1::GetTrustAnchorResponse* response) override;
  grpc::ServerUnaryReactor* Enrol(grpc::CallbackServerContext* context,
                                  const v1::EnrolRequest* request,
                                  v1::EnrolResponse* response) override;

 private:
  const Services& services_;
  WorkerPool& pool_;
};

}  // namespace sekisho::console::rpc

#endif  // SEKISHO_CONSOLE_RPC_ENROLMENT_DOOR_H_
