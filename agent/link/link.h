#ifndef SEKISHO_AGENT_LINK_LINK_H_
#define SEKISHO_AGENT_LINK_LINK_H_

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agent/link/agentd_connection.h"
#include "agent/link/backoff.h"
#include "agent/link/console_stream.h"
#include "agent/link/enrolment.h"
#include "agent/link/identity_store.h"
#include "agent/link/renewal.h"
#include "platform/api/files.h"
#include "platform/api/message_socket.h"

namespace sekisho::link {

// The oldest and newest protocol of AgentService.Connect that this build speaks.
inline constexpr std::uint32_t kOldestProtocol = 1;
inline constexpr std::uint32_t kNewestProtocol = 1;

struct LinkOptions {
  // Connects to agentd's socket; never blocks for long.
  std::function<platform::Result<std::unique_ptr<platform::MessageConnection>>()> dial_agentd;
  // Where identity.pem lives; exists.
  std::string state_directory;
  // The next random number in [0, 1).
  std::function<double()> uniform;
  // The wall clock, for the certificate's age alone.
  std::function<std::chrono::sys_seconds()> wall_now;
  BackoffLimits console_backoff;
  // agentd is on the same machine and comes back by itself.
  BackoffLimits agentd_backoff{.base = std::chrono::milliseconds{100},
                               .cap = std::chrono::seconds{5},
                               .stable = std::chrono::seconds{5}};
  ConsoleStream::Limits stream_limits;
};

// Carries what agentd says to the console and back; decides nothing, and believes nothing that it
// carries. One agentd connection, at most one stream, at most one enrolment. Everything happens on
// the thread that runs `io`, but the blocking calls of an enrolment and of asking after the
// console's next authority, which have a thread each.
class Link {
 public:
  // `io` and `files` outlive this.
  Link(boost::asio::io_context& io, platform::Files& files, LinkOptions options);
  // After Stop, and after `io` has run out of work.
  ~Link();
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  void Start();
  // Ends everything; `io` then runs out of work by itself.
  void Stop();

 private:
  using Steady = std::chrono::steady_clock;
  enum class Console { kIdle, kWaiting, kOpening, kOpen };

  // To agentd.
  void DialAgentd();
  void AgentdLost(const std::string& why);
  void FromAgentd(v1::LinkDown message);
  void AgentdDrained();
  void Tell(const v1::LinkUp& message);
  void TellState(v1::LinkState state);
  void TellTaken();

  // To the console.
  void Configure(v1::LinkConfiguration configuration);
  void Connect();
  // `protection`: of the key that this stream was opened with.
  void Welcomed(const v1::Welcome& welcome, v1::KeyProtection protection);
  void FromConsole(v1::Sealed sealed);
  void ConsoleLost(const absl::Status& why);
  void RetryAfter(std::chrono::milliseconds delay);
  void Disconnect();

  void StartFollowing();
  void Followed(absl::StatusOr<std::vector<v1::Sealed>> links);

  void StartEnrolment(v1::LinkEnrolOrder order);
  void EnrolmentDone(EnrolmentResult result);

  boost::asio::io_context& io_;
  LinkOptions options_;
  IdentityStore identities_;
  bool stopping_ = false;

  std::optional<AgentdConnection> agentd_;
  boost::asio::steady_timer agentd_timer_;
  Backoff agentd_backoff_;
  Steady::time_point agentd_since_;
  bool agentd_missed_ = false;  // said so already
  v1::LinkState told_ = v1::LINK_STATE_UNSPECIFIED;

  std::optional<v1::LinkConfiguration> configuration_;
  Console console_ = Console::kIdle;
  std::unique_ptr<ConsoleStream> stream_;
  std::uint32_t untold_taken_ = 0;
  boost::asio::steady_timer console_timer_;
  Backoff console_backoff_;
  std::size_t failures_ = 0;  // to connect, with this configuration
  Steady::time_point console_since_;
  Renewal renewal_;

  using Work = boost::asio::executor_work_guard<boost::asio::io_context::executor_type>;
  std::optional<Work> enrolling_;
  std::jthread enrolment_;
  std::optional<Work> following_;
  std::jthread follower_;
};

}  // namespace sekisho::link

#endif  // SEKISHO_AGENT_LINK_LINK_H_
