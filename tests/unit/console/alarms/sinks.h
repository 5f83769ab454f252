#ifndef SEKISHO_TESTS_UNIT_CONSOLE_ALARMS_SINKS_H_
#define SEKISHO_TESTS_UNIT_CONSOLE_ALARMS_SINKS_H_

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace sekisho::console::testing {

// What came, in order; for any thread.
class Received {
 public:
  void Add(std::string what);
  // Waits until there are `count`; fewer after ten seconds.
  std::vector<std::string> Await(std::size_t count);
  std::vector<std::string> Now();

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::vector<std::string> all_;
};

// Datagrams on a free port of 127.0.0.1.
class UdpSink {
 public:
  UdpSink();
  ~UdpSink();
  int port() const { return port_; }
  Received received;

 private:
  int port_ = 0;  // before fd_, whose making sets it
  int fd_ = -1;
  std::jthread thread_;
};

// One connection at a time on 127.0.0.1: a mail server that takes everything (RFC 5321, without
// TLS), or an HTTP server that answers each POST.
class TcpSink {
 public:
  enum class Speaks { kSmtp, kHttp, kSyslog };
  // A free port with 0.
  explicit TcpSink(Speaks speaks, int port = 0);
  ~TcpSink();
  int port() const { return port_; }
  // Refuses what comes from now on (SMTP 451, HTTP 503).
  std::atomic<bool> refuse = false;
  // Mails with their envelope, requests with their head, or lines.
  Received received;

 private:
  void Serve(int fd);
  void Smtp(int fd);
  void Http(int fd);
  const Speaks speaks_;
  int port_ = 0;  // before fd_, whose making sets it
  int fd_ = -1;
  std::jthread thread_;
};

}  // namespace sekisho::console::testing

#endif  // SEKISHO_TESTS_UNIT_CONSOLE_ALARMS_SINKS_H_
