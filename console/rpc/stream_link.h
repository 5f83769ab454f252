#ifndef SEKISHO_CONSOLE_RPC_STREAM_LINK_H_
#define SEKISHO_CONSOLE_RPC_STREAM_LINK_H_

#include <grpcpp/alarm.h>
#include <grpcpp/grpcpp.h>

#include <deque>
#include <memory>
#include <mutex>

#include "console/live/registry.h"

namespace sekisho::console::rpc {

// The writing half of one terminal's stream; outlives the reactor for whoever still holds it. One
// write is outstanding at a time; what waits is bounded and collapses to one Resync. Thread-safe.
class StreamLink : public live::TerminalLink, public std::enable_shared_from_this<StreamLink> {
 public:
  using Reactor = grpc::ServerBidiReactor<v1::ConnectRequest, v1::ConnectResponse>;
  static constexpr std::size_t kMaxQueued = 64;

  StreamLink(Reactor& reactor, grpc::CallbackServerContext& context)
      : reactor_(&reactor), context_(&context) {}

  void Send(live::Outgoing message) override;
  // A peer that does not read gets a second to take what is being written; then it is cut off.
  void Close(absl::Status status) override;

  // Closes it then, unless CloseNotAfter comes before. Once a stream.
  void CloseAfter(std::chrono::milliseconds limit, absl::Status status);
  void CloseNotAfter();

  // Reads the next message into `request` after a pause.
  void ReadAfter(std::chrono::milliseconds pause, v1::ConnectRequest& request);

  // From the reactor's reactions of the same names.
  void OnWriteDone(bool ok);
  void OnDone();

 private:
  static constexpr std::chrono::seconds kLastWrite{1};
  void StartWrite();                           // mutex_ held
  void FinishNow(const absl::Status& status);  // mutex_ held

  std::mutex mutex_;
  Reactor* reactor_;  // null after OnDone
  grpc::CallbackServerContext* context_;
  std::deque<live::Outgoing> queue_;
  live::Outgoing writing_;  // null when no write is outstanding
  std::unique_ptr<absl::Status> closing_;
  bool finished_ = false;
  std::unique_ptr<grpc::Alarm> cut_off_;
  std::unique_ptr<grpc::Alarm> pause_;
  std::unique_ptr<grpc::Alarm> limit_;
};

}  // namespace sekisho::console::rpc

#endif  // SEKISHO_CONSOLE_RPC_STREAM_LINK_H_
