#ifndef SEKISHO_TESTS_UNIT_AGENT_CLI_NOTIFICATION_SERVER_H_
#define SEKISHO_TESTS_UNIT_AGENT_CLI_NOTIFICATION_SERVER_H_

#include <sys/types.h>
#include <systemd/sd-bus.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace sekisho::testing {

// A session bus of its own: a real dbus-daemon that starts nothing by itself.
class SessionBus {
 public:
  // Listens in `directory`.
  explicit SessionBus(const std::string& directory);
  ~SessionBus();
  const std::string& address() const { return address_; }
  bool running() const { return running_; }

 private:
  std::string address_;
  pid_t daemon_ = -1;
  bool running_ = false;
};

struct Notified {
  std::uint32_t id = 0;
  std::uint32_t replaces = 0;
  std::string application;
  std::string title;
  std::string body;
};

// What a desktop runs: org.freedesktop.Notifications on a thread of its own.
class NotificationServer {
 public:
  explicit NotificationServer(const std::string& address);
  ~NotificationServer();
  // All that came, in its order.
  std::vector<Notified> notified() const;
  // What is on the screen: the newest of each id.
  std::vector<Notified> shown() const;

  // For sd-bus.
  static int Notify(sd_bus_message* message, void* self, sd_bus_error* error);

 private:
  void Serve(std::stop_token stop);

  mutable std::mutex mutex_;
  std::vector<Notified> notified_;
  std::uint32_t next_id_ = 1;
  sd_bus* bus_ = nullptr;
  std::jthread thread_;
};

}  // namespace sekisho::testing

#endif  // SEKISHO_TESTS_UNIT_AGENT_CLI_NOTIFICATION_SERVER_H_
