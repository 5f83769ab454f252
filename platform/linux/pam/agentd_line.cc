#include "platform/linux/pam/agentd_line.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace sekisho::platform {
namespace {

// CLOCK_MONOTONIC: whoever sets the time does not end, or lengthen, a login.
using Clock = std::chrono::steady_clock;

}  // namespace

AgentdLine::~AgentdLine() { Close(); }

void AgentdLine::Close() {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
}

bool AgentdLine::Fail(const std::string& step, int error) {
  // No strerror_r in two dialects: the number is in errno(3).
  trouble_ = error == 0 ? step : step + ": errno " + std::to_string(error);
  Close();
  return false;
}

bool AgentdLine::Connect(const std::string& socket_path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket_path.size() >= sizeof address.sun_path) return Fail("socket's path", ENAMETOOLONG);
  std::memcpy(address.sun_path, socket_path.c_str(), socket_path.size() + 1);
  fd_ = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  if (fd_ < 0) return Fail("socket", errno);
  // Bounds connect(), too, when agentd's backlog is full (unix(7), net/unix/af_unix.c).
  const timeval patience{.tv_sec = kAgentdPatience.count(), .tv_usec = 0};
  setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  int connected = -1;
  do {
    connected = connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  } while (connected != 0 && errno == EINTR);
  if (connected != 0) return Fail("connect to " + socket_path, errno);
  // Of whoever called listen() on it.
  ucred listener{};
  socklen_t length = sizeof listener;
  if (getsockopt(fd_, SOL_SOCKET, SO_PEERCRED, &listener, &length) != 0) {
    return Fail("SO_PEERCRED", errno);
  }
  if (listener.uid != 0) return Fail(socket_path + " is somebody else's", 0);
  return true;
}

std::optional<LoginEnvelope> AgentdLine::Ask(const std::string& socket_path,
                                             const LoginEnvelope& envelope) {
  const std::optional<std::string> packet = WriteLoginEnvelope(envelope);
  if (!packet) {
    Fail("what is asked is too long", 0);
    return std::nullopt;
  }
  if (fd_ < 0 && !Connect(socket_path)) return std::nullopt;
  const Clock::time_point end = Clock::now() + kAgentdPatience;
  ssize_t size = -1;
  do {
    size = send(fd_, packet->data(), packet->size(), MSG_NOSIGNAL);
  } while (size < 0 && errno == EINTR);
  if (size < 0) {
    Fail("send", errno);
    return std::nullopt;
  }
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
    if (left.count() <= 0) {
      Fail("no answer in time", 0);
      return std::nullopt;
    }
    pollfd waited{fd_, POLLIN, 0};
    const int ready = poll(&waited, 1, static_cast<int>(left.count()));
    if (ready < 0 && errno != EINTR) {
      Fail("poll", errno);
      return std::nullopt;
    }
    if (ready > 0) break;
  }
  std::array<char, kMaxLoginPacket + 1> buffer;
  do {
    size = recv(fd_, buffer.data(), buffer.size(), MSG_DONTWAIT);
  } while (size < 0 && errno == EINTR);
  if (size <= 0) {
    Fail(size == 0 ? "it hung up" : "receive", size == 0 ? 0 : errno);
    return std::nullopt;
  }
  std::optional<LoginEnvelope> answer =
      ReadLoginEnvelope(std::string_view(buffer.data(), static_cast<std::size_t>(size)));
  using Kind = LoginEnvelope::Kind;
  if (!answer || (answer->kind != Kind::kVerdict && answer->kind != Kind::kShownQuestion &&
                  answer->kind != Kind::kHiddenQuestion)) {
    Fail("an answer that makes no sense", 0);
    return std::nullopt;
  }
  return answer;
}

}  // namespace sekisho::platform
