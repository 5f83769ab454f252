#ifndef SEKISHO_PLATFORM_LINUX_PAM_AGENTD_LINE_H_
#define SEKISHO_PLATFORM_LINUX_PAM_AGENTD_LINE_H_

#include <chrono>
#include <optional>
#include <string>

#include "platform/api/login_envelope.h"

namespace sekisho::platform {

// How long agentd may take, each time it is its turn; the person may take as long as the
// application lets them.
inline constexpr std::chrono::seconds kAgentdPatience{10};

// A login hook's connection to agentd. Only root's counts: whoever else listens in its place is not
// spoken to. Blocks, with an end; no threads, no signals.
class AgentdLine {
 public:
  AgentdLine() = default;
  ~AgentdLine();
  AgentdLine(const AgentdLine&) = delete;
  AgentdLine& operator=(const AgentdLine&) = delete;

  // Sends, connecting first if need be, and waits for the answer. None: there is none, or not in
  // time, or it is none of those that an agentd gives; the connection has ended then, and Trouble()
  // says why.
  std::optional<LoginEnvelope> Ask(const std::string& socket, const LoginEnvelope& envelope);
  const std::string& Trouble() const { return trouble_; }

 private:
  bool Connect(const std::string& socket);
  bool Fail(const std::string& step, int error);
  void Close();
  int fd_ = -1;
  std::string trouble_;
};

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_PAM_AGENTD_LINE_H_
