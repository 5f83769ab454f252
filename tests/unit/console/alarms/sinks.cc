#include "tests/unit/console/alarms/sinks.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>

namespace sekisho::console::testing {
namespace {

int Bound(int type, int port, int& bound) {
  const int fd = ::socket(AF_INET, type | SOCK_CLOEXEC, 0);
  const int one = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address));
  socklen_t size = sizeof(address);
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  bound = ntohs(address.sin_port);
  return fd;
}

bool Readable(int fd) {
  pollfd wait{.fd = fd, .events = POLLIN, .revents = 0};
  return ::poll(&wait, 1, 100) == 1;
}

void Say(int fd, const std::string& text) {
  (void)!::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
}

// More of the stream; false at its end.
bool More(int fd, std::string& text) {
  char buffer[4096];
  const ssize_t got = ::recv(fd, buffer, sizeof(buffer), 0);
  if (got <= 0) return false;
  text.append(buffer, static_cast<std::size_t>(got));
  return true;
}

}  // namespace

void Received::Add(std::string what) {
  std::lock_guard lock(mutex_);
  all_.push_back(std::move(what));
  came_.notify_all();
}

std::vector<std::string> Received::Await(std::size_t count) {
  std::unique_lock lock(mutex_);
  came_.wait_for(lock, std::chrono::seconds(10), [&] { return all_.size() >= count; });
  return all_;
}

std::vector<std::string> Received::Now() {
  std::lock_guard lock(mutex_);
  return all_;
}

UdpSink::UdpSink() : fd_(Bound(SOCK_DGRAM, 0, port_)) {
  thread_ = std::jthread([this](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      char buffer[65536];
      if (!Readable(fd_)) continue;
      const ssize_t got = ::recv(fd_, buffer, sizeof(buffer), 0);
      if (got > 0) received.Add(std::string(buffer, static_cast<std::size_t>(got)));
    }
  });
}

UdpSink::~UdpSink() {
  thread_.request_stop();
  thread_.join();
  ::close(fd_);
}

TcpSink::TcpSink(Speaks speaks, int port) : speaks_(speaks), fd_(Bound(SOCK_STREAM, port, port_)) {
  ::listen(fd_, 8);
  thread_ = std::jthread([this](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      if (!Readable(fd_)) continue;
      const int connection = ::accept(fd_, nullptr, nullptr);
      if (connection < 0) continue;
      Serve(connection);
      ::close(connection);
    }
  });
}

TcpSink::~TcpSink() {
  thread_.request_stop();
  thread_.join();
  ::close(fd_);
}

void TcpSink::Serve(int fd) {
  timeval limit{.tv_sec = 5, .tv_usec = 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  switch (speaks_) {
    case Speaks::kSmtp:
      return Smtp(fd);
    case Speaks::kHttp:
      return Http(fd);
    case Speaks::kSyslog: {
      std::string all;
      while (More(fd, all)) {
      }
      return received.Add(all);
    }
  }
}

void TcpSink::Smtp(int fd) {
  Say(fd, "220 sink\r\n");
  std::string text;
  std::string mail;
  bool data = false;
  for (;;) {
    std::size_t end = 0;
    while ((end = text.find("\r\n")) == std::string::npos) {
      if (!More(fd, text)) return;
    }
    const std::string line = text.substr(0, end);
    text.erase(0, end + 2);
    if (data) {
      if (line == ".") {
        data = false;
        received.Add(mail);
        Say(fd, "250 taken\r\n");
      } else {
        mail += line + "\n";
      }
    } else if (line.rfind("EHLO", 0) == 0) {
      Say(fd, "250 sink\r\n");
    } else if (line == "DATA") {
      data = true;
      Say(fd, "354 go on\r\n");
    } else if (line == "QUIT") {
      Say(fd, "221 bye\r\n");
      return;
    } else if (refuse) {
      Say(fd, "451 not now\r\n");
    } else {
      mail += line + "\n";
      Say(fd, "250 ok\r\n");
    }
  }
}

void TcpSink::Http(int fd) {
  std::string text;
  std::size_t head = 0;
  while ((head = text.find("\r\n\r\n")) == std::string::npos) {
    if (!More(fd, text)) return;
  }
  const std::size_t at = text.find("Content-Length: ");
  const std::size_t length = at == std::string::npos ? 0 : std::stoul(text.substr(at + 16));
  while (text.size() < head + 4 + length) {
    if (!More(fd, text)) return;
  }
  if (refuse) {
    Say(fd, "HTTP/1.1 503 no\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    return;
  }
  received.Add(text);
  Say(fd, "HTTP/1.1 204 taken\r\nConnection: close\r\n\r\n");
}

}  // namespace sekisho::console::testing
