#include "console/rpc/enrolment_door.h"

#include "console/rpc/unary.h"

namespace sekisho::console::rpc {

grpc::ServerUnaryReactor* EnrolmentDoor::GetTrustAnchor(grpc::CallbackServerContext* context,
                                                        const v1::GetTrustAnchorRequest* request,
                                                        v1::GetTrustAnchorResponse* response) {
  return RunUnary(pool_, context, request, response,
                  [this](const v1::GetTrustAnchorRequest& checked) {
                    return services_.enrolment.GetTrustAnchor(checked);
                  });
}

grpc::ServerUnaryReactor* EnrolmentDoor::Enrol(grpc::CallbackServerContext* context,
                                               const v1::EnrolRequest* request,
                                               v1::EnrolResponse* response) {
  return RunUnary(pool_, context, request, response,
                  [this, address = AddressOf(*context)](const v1::EnrolRequest& checked) {
                    return services_.enrolment.Enrol(checked, address);
                  });
}

}  // namespace sekisho::console::rpc
