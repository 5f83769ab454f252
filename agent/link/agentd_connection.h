#ifndef SEKISHO_AGENT_LINK_AGENTD_CONNECTION_H_
#define SEKISHO_AGENT_LINK_AGENTD_CONNECTION_H_

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "platform/api/message_socket.h"
#include "sekisho/v1/local.pb.h"

namespace sekisho::link {

// The local socket to agentd. Bounded without dropping: while agentd does not read, nothing more is
// read from it, `ready` is false, and whoever has something for it waits for `drained`. Everything,
// handlers included, happens on the thread that runs `io`.
class AgentdConnection {
 public:
  struct Handlers {
    std::function<void(v1::LinkDown)> received;
    // ready() is true again.
    std::function<void()> drained;
    // At most once, last.
    std::function<void(const std::string& why)> lost;
  };

  AgentdConnection(boost::asio::io_context& io,
                   std::unique_ptr<platform::MessageConnection> connection, Handlers handlers);
  // Closes; no handler is called any more.
  ~AgentdConnection();
  AgentdConnection(const AgentdConnection&) = delete;
  AgentdConnection& operator=(const AgentdConnection&) = delete;

  bool ready() const;
  // States and counts of what waits are merged; a Sealed or an enrolment's answer is only to be
  // sent when ready().
  void Send(const v1::LinkUp& message);

 private:
  class Session;
  std::shared_ptr<Session> session_;
};

}  // namespace sekisho::link

#endif  // SEKISHO_AGENT_LINK_AGENTD_CONNECTION_H_
