#include "console/rpc/server.h"

#include <grpcpp/grpcpp.h>

#include <climits>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "console/rpc/agent_stream.h"
#include "console/rpc/enrolment_door.h"
#include "console/rpc/event_door.h"
#include "console/rpc/operator_doors.h"
#include "console/rpc/tls.h"

namespace sekisho::console::rpc {
namespace {

constexpr int kWorkers = 4;
constexpr std::size_t kMaxWaitingCalls = 512;
constexpr int kMaxCallsPerConnection = 100;
// Clients may ping this often (milliseconds); the agent's link does after
// contract::kStreamKeepalive.
constexpr int kMinPing = 30'000;
// A connection on which nothing is open any more (milliseconds). No keepalive beside it: a terminal
// that lost its power sends no Status, and AgentService closes its stream for that; thousands of
// keepalive timers, each set anew by each message, cost an idle console a tenth of its work.
constexpr int kIdleConnection = 600'000;

}  // namespace

struct Server::Parts {
  Parts(const Services& behind, std::chrono::milliseconds hello_limit)
      : services(behind),
        pool(kWorkers, kMaxWaitingCalls),
        sessions(services, pool),
        terminals(services, pool),
        grants(services, pool),
        orders(services, pool),
        policies(services, pool),
        operators(services, pool),
        history(services, pool),
        media(services, pool),
        parcels(services, pool),
        events(services, pool),
        enrolment(services, pool),
        agents(services, pool, hello_limit) {}

  const Services services;
  WorkerPool pool;
  SessionDoor sessions;
  TerminalDoor terminals;
  GrantDoor grants;
  OrderDoor orders;
  PolicyDoor policies;
  OperatorDoor operators;
  HistoryDoor history;
  RegisterDoor media;
  ParcelDoor parcels;
  EventDoor events;
  EnrolmentDoor enrolment;
  AgentDoor agents;
  int port = 0;
  std::unique_ptr<grpc::Server> server;
};

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const ServerOptions& options,
                                                      const Services& services) {
  // Debian's Abseil is built without NDEBUG: each lock of gRPC's would go through one global graph
  // that looks for deadlocks. For the whole process.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  auto parts = std::make_unique<Parts>(services, options.hello_limit);
  grpc::ServerBuilder builder;
  builder.AddListeningPort(options.listen, MakeServerCredentials(options), &parts->port);
  builder.SetMaxReceiveMessageSize(contract::kMaxPolicyYaml + 64 * 1024);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxCallsPerConnection);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, kMinPing);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, kIdleConnection);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, INT_MAX);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  // No ping after each message to measure the line: 5,000 idle terminals would cost three packets a
  // Status instead of one, and a batch is the most that comes at once.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  for (grpc::Service* service : std::initializer_list<grpc::Service*>{
           &parts->sessions, &parts->terminals, &parts->grants, &parts->orders, &parts->policies,
           &parts->operators, &parts->history, &parts->media, &parts->parcels, &parts->events, &parts->enrolment,
           &parts->agents}) {
    builder.RegisterService(service);
  }
  parts->server = builder.BuildAndStart();
  if (parts->server == nullptr || parts->port == 0) {
    return absl::UnavailableError(
        absl::StrCat("cannot listen on ", options.listen,
                     ": is another console running, or the port below 1024?"));
  }
  return std::unique_ptr<Server>(new Server(std::move(parts)));
}

Server::~Server() { Shutdown(std::chrono::milliseconds(0)); }

int Server::port() const { return parts_->port; }

void Server::Shutdown(std::chrono::milliseconds wait) {
  if (parts_->server == nullptr) return;
  parts_->server->Shutdown(std::chrono::system_clock::now() + wait);
  parts_->server->Wait();
  parts_->server.reset();
}

}  // namespace sekisho::console::rpc
