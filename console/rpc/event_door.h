#ifndef SEKISHO_CONSOLE_RPC_EVENT_DOOR_H_
#define SEKISHO_CONSOLE_RPC_EVENT_DOOR_H_

#include <grpcpp/grpcpp.h>

#include "console/rpc/services.h"
#include "console/rpc/worker_pool.h"
#include "sekisho/v1/event_service.grpc.pb.h"

namespace sekisho::console::rpc {

class EventDoor : public v1::EventService::CallbackService {
 public:
  EventDoor(const Services& services, WorkerPool& pool) : services_(services), pool_(pool) {}
  grpc::ServerUnaryReactor* ListEvents(grpc::CallbackServerContext* context,
                                       const v1::ListEventsRequest* request,
                                       v1::ListEventsResponse* response) override;
  grpc::ServerWriteReactor<v1::WatchEventsResponse>* WatchEvents(
      grpc::CallbackServerContext* context, const v1::WatchEventsRequest* request) override;

 private:
  const Services& services_;
  WorkerPool& pool_;
};

}  // namespace sekisho::console::rpc

#endif  // SEKISHO_CONSOLE_RPC_EVENT_DOOR_H_
