// Syslog over UDP (RFC 5426) and TCP (RFC 6587, octet counting).
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "console/alarms/channels.h"
#include "console/alarms/format.h"
#include "console/posix_fd.h"

namespace sekisho::console::alarms {
namespace {

constexpr int kWaitMilliseconds = 10'000;

struct FreeAddresses {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};

enum class Transport { kUdp, kTcp };

bool Writable(int fd) {
  pollfd wait{.fd = fd, .events = POLLOUT, .revents = 0};
  return ::poll(&wait, 1, kWaitMilliseconds) == 1 && (wait.revents & (POLLERR | POLLHUP)) == 0;
}

class Syslog : public Channel {
 public:
  Syslog(Transport transport, std::string host, std::string port, Clock clock)
      : transport_(transport),
        host_(std::move(host)),
        port_(std::move(port)),
        clock_(std::move(clock)) {
    char own[256] = {};
    if (::gethostname(own, sizeof(own) - 1) == 0) own_name_ = own;
  }
  const std::string& name() const override { return name_; }
  std::size_t listed() const override { return 100; }
  std::chrono::milliseconds apart() const override { return std::chrono::seconds(1); }

  absl::Status Deliver(const Notice& notice, const std::stop_token& stop) override {
    absl::StatusOr<Fd> socket = Connect();
    if (!socket.ok()) return socket.status();
    for (const Alarm& alarm : notice.alarms) {
      if (stop.stop_requested()) return absl::CancelledError("stopping");
      absl::Status sent = Send(socket->get(), SyslogOf(notice, alarm, own_name_));
      if (!sent.ok()) return sent;
    }
    if (notice.more == 0 && !notice.test) return absl::OkStatus();
    return Send(socket->get(), SyslogOfMore(notice, own_name_, clock_.wall()));
  }

 private:
  absl::Status Failed(const char* what) const {
    return absl::UnavailableError(
        absl::StrCat("syslog ", host_, ":", port_, ": ", what, ": ", std::strerror(errno)));
  }

  absl::StatusOr<Fd> Connect() const {
    addrinfo hints{};
    hints.ai_socktype = transport_ == Transport::kUdp ? SOCK_DGRAM : SOCK_STREAM;
    addrinfo* found = nullptr;
    if (::getaddrinfo(host_.c_str(), port_.c_str(), &hints, &found) != 0) {
      return absl::UnavailableError(absl::StrCat("syslog: no address of ", host_));
    }
    const std::unique_ptr<addrinfo, FreeAddresses> list(found);
    for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
      Fd socket(::socket(each->ai_family, each->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
      if (socket.get() < 0) continue;
      if (::connect(socket.get(), each->ai_addr, each->ai_addrlen) == 0) return socket;
      if (errno == EINPROGRESS && Writable(socket.get())) return socket;
    }
    return Failed("cannot connect");
  }

  absl::Status Send(int fd, const std::string& message) const {
    const std::string framed =
        transport_ == Transport::kTcp ? absl::StrCat(message.size(), " ", message) : message;
    std::string_view rest = framed;
    while (!rest.empty()) {
      const ssize_t sent = ::send(fd, rest.data(), rest.size(), MSG_NOSIGNAL);
      if (sent >= 0) {
        rest.remove_prefix(static_cast<std::size_t>(sent));
      } else if (errno != EINTR && !(errno == EAGAIN && Writable(fd))) {
        return Failed("cannot send");
      }
    }
    return absl::OkStatus();
  }

  const std::string name_ = "syslog";
  const Transport transport_;
  const std::string host_;
  const std::string port_;
  const Clock clock_;
  std::string own_name_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Channel>> MakeSyslog(const Settings& settings, const Clock& clock) {
  const absl::Status bad =
      absl::InvalidArgumentError("alarm-syslog is udp://HOST[:PORT] or tcp://HOST[:PORT]");
  const bool udp = absl::StartsWith(settings.syslog, "udp://");
  if (!udp && !absl::StartsWith(settings.syslog, "tcp://")) return bad;
  std::string host = settings.syslog.substr(6);
  // RFC 5426 and RFC 6587's ports.
  std::string port = udp ? "514" : "601";
  const std::size_t colon = host.rfind(':');
  const std::size_t bracket = host.rfind(']');
  if (colon != std::string::npos && (bracket == std::string::npos || colon > bracket)) {
    port = host.substr(colon + 1);
    host = host.substr(0, colon);
  }
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  if (host.empty() || port.empty()) return bad;
  return std::make_unique<Syslog>(udp ? Transport::kUdp : Transport::kTcp, std::move(host),
                                  std::move(port), clock);
}

}  // namespace sekisho::console::alarms
