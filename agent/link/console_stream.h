#ifndef SEKISHO_AGENT_LINK_CONSOLE_STREAM_H_
#define SEKISHO_AGENT_LINK_CONSOLE_STREAM_H_

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "sekisho/v1/agent_service.pb.h"
#include "sekisho/v1/seal.pb.h"

namespace grpc {
class Channel;
}

namespace sekisho::link {

// One AgentService.Connect, from Hello to its end. Everything here, handlers included, happens on
// the thread that runs `io`; gRPC's own threads only post to it. `io` keeps running until `closed`
// has been called.
class ConsoleStream {
 public:
  // Sealed that wait for the console's socket, besides the one being written: the reports in
  // flight, and room for a few statuses.
  static constexpr std::size_t kMaxQueued = 16;

  struct Limits {
    // From the start to Welcome.
    std::chrono::milliseconds welcome{std::chrono::seconds{30}};
    // For one write: a peer that keeps its TCP up and does not read is no console.
    std::chrono::milliseconds write{std::chrono::minutes{2}};
  };

  struct Handlers {
    // The first message; Hello and Welcome have agreed on a protocol.
    std::function<void(const v1::Welcome&)> welcomed;
    // The next one is read after ReadNext.
    std::function<void(v1::Sealed)> sealed;
    // What was sent and not acknowledged must be sent again: the console said so, or the queue here
    // overflowed and writes pass again. Does not stop the reading.
    std::function<void()> resync;
    // One Sealed left for the console's socket.
    std::function<void()> taken;
    // Last, and exactly once: UNIMPLEMENTED when there is no protocol in common, DEADLINE_EXCEEDED
    // when a limit ran out, else the stream's own status (OK never: an end is UNAVAILABLE).
    std::function<void(const absl::Status&)> closed;
  };

  ConsoleStream(boost::asio::io_context& io, std::shared_ptr<grpc::Channel> channel,
                const v1::Hello& hello, Limits limits, Handlers handlers);
  // Closes; `closed` is not called any more.
  ~ConsoleStream();
  ConsoleStream(const ConsoleStream&) = delete;
  ConsoleStream& operator=(const ConsoleStream&) = delete;

  // Queues; in order. Over kMaxQueued everything queued is dropped, and `resync` follows.
  void Send(v1::Sealed sealed);
  void ReadNext();
  // Ends it with `why`.
  void Close(absl::Status why);

 private:
  class Call;
  std::shared_ptr<Call> call_;
};

}  // namespace sekisho::link

#endif  // SEKISHO_AGENT_LINK_CONSOLE_STREAM_H_
