#ifndef SEKISHO_CONSOLE_RPC_AGENT_STREAM_H_
#define SEKISHO_CONSOLE_RPC_AGENT_STREAM_H_

#include <grpcpp/grpcpp.h>

#include <memory>

#include "console/log.h"
#include "console/rpc/services.h"
#include "console/rpc/stream_link.h"
#include "console/rpc/worker_pool.h"
#include "proto/contract/bounds.h"
#include "sekisho/v1/agent_service.grpc.pb.h"

namespace sekisho::console::rpc {

// Terminals by mutual TLS.
class AgentDoor : public v1::AgentService::CallbackService {
 public:
  AgentDoor(const Services& services, WorkerPool& pool, std::chrono::milliseconds hello_limit)
      : services_(services), pool_(pool), hello_limit_(hello_limit) {}
  grpc::ServerUnaryReactor* RenewCertificate(grpc::CallbackServerContext* context,
                                             const v1::RenewCertificateRequest* request,
                                             v1::RenewCertificateResponse* response) override;
  grpc::ServerBidiReactor<v1::ConnectRequest, v1::ConnectResponse>* Connect(
      grpc::CallbackServerContext* context) override;

 private:
  const Services& services_;
  WorkerPool& pool_;
  const std::chrono::milliseconds hello_limit_;
  LogLimiter log_;
};

// One terminal's stream; deletes itself when gRPC is done with it. A terminal that sends faster
// than contract::kStreamRate is not read faster: TCP's and HTTP/2's flow control hold it up, and
// nobody else notices.
class AgentStream : public StreamLink::Reactor {
 public:
  AgentStream(const Services& services, LogLimiter& log, grpc::CallbackServerContext& context,
              std::chrono::milliseconds hello_limit);

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override { link_->OnWriteDone(ok); }
  void OnCancel() override { link_->Close(absl::CancelledError("the terminal has gone")); }
  void OnDone() override;

 private:
  absl::Status Handle(const v1::ConnectRequest& request);
  // Reads on, at once or when the rate allows it.
  void ReadNext();

  const Services& services_;
  LogLimiter& log_;
  const std::shared_ptr<StreamLink> link_;
  // Null until the Hello of a terminal that has to show first that it was enrolled.
  std::shared_ptr<service::AgentSession> session_;
  pki::TerminalIdentity unknown_;
  std::string terminal_id_;
  bool greeted_ = false;
  contract::TokenBucket rate_{contract::kStreamRate};
  // The message that is read after a pause is paid for when it has come.
  bool owed_ = false;
  v1::ConnectRequest request_;
};

}  // namespace sekisho::console::rpc

#endif  // SEKISHO_CONSOLE_RPC_AGENT_STREAM_H_
