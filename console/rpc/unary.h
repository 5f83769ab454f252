#ifndef SEKISHO_CONSOLE_RPC_UNARY_H_
#define SEKISHO_CONSOLE_RPC_UNARY_H_

#include <grpcpp/grpcpp.h>

#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "console/authz/authz.h"
#include "console/rpc/context.h"
#include "console/rpc/services.h"
#include "console/rpc/worker_pool.h"
#include "proto/contract/bounds.h"

namespace sekisho::console::rpc {

inline grpc::Status Busy() {
  return {grpc::StatusCode::RESOURCE_EXHAUSTED, "the console is busy: try again in a moment"};
}

// One call with one answer: bounds, then `work` on the pool. `work` is
// absl::StatusOr<Response>(const Request&).
template <typename Request, typename Response, typename Work>
grpc::ServerUnaryReactor* RunUnary(WorkerPool& pool, grpc::CallbackServerContext* context,
                                   const Request* request, Response* response, Work work) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const WorkerPool::Taken taken = pool.Run([=, work = std::move(work)] {
    if (absl::Status status = contract::CheckBounds(*request); !status.ok()) {
      reactor->Finish(ToGrpc(status));
      return;
    }
    absl::StatusOr<Response> result = work(*request);
    const grpc::Status status = ToGrpc(result.status());
    if (result.ok()) *response = *std::move(result);
    reactor->Finish(status);
  });
  if (taken == WorkerPool::Taken::kFull) reactor->Finish(Busy());
  return reactor;
}

// An operator's call: signed in, and the authorisation table lets the role in; then `work`, which
// is absl::StatusOr<Response>(const service::SessionService::SignedIn&, const Request&).
template <typename Request, typename Response, typename Work>
grpc::ServerUnaryReactor* RunOperator(const Services& services, WorkerPool& pool,
                                      grpc::CallbackServerContext* context, std::string_view method,
                                      const Request* request, Response* response, Work work) {
  return RunUnary(pool, context, request, response,
                  [&services, context, method,
                   work = std::move(work)](const Request& checked) -> absl::StatusOr<Response> {
                    absl::StatusOr<service::SessionService::SignedIn> signed_in =
                        services.sessions.Authenticate(BearerTokenOf(*context));
                    if (!signed_in.ok()) return signed_in.status();
                    absl::Status allowed = authz::AuthoriseMethod(signed_in->caller, method);
                    if (!allowed.ok()) return allowed;
                    return work(*signed_in, checked);
                  });
}

}  // namespace sekisho::console::rpc

#endif  // SEKISHO_CONSOLE_RPC_UNARY_H_
