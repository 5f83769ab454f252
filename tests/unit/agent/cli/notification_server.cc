#include "tests/unit/agent/cli/notification_server.h"

#include <signal.h>
#include <sys/wait.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <map>
#include <utility>

#include "gtest/gtest.h"

namespace sekisho::testing {
namespace {

constexpr char kService[] = "org.freedesktop.Notifications";
constexpr char kPath[] = "/org/freedesktop/Notifications";
constexpr std::uint64_t kTurn = 50'000;  // µs; how soon Serve sees that it should stop

constexpr char kConfiguration[] = R"(<busconfig>
  <type>session</type>
  <listen>%s</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
    <allow own="*"/>
  </policy>
</busconfig>
)";

// A real dbus-daemon answers.
bool Answers(const std::string& address) {
  sd_bus* bus = nullptr;
  const char* name = nullptr;
  if (sd_bus_new(&bus) < 0) return false;
  const bool answers = sd_bus_set_address(bus, address.c_str()) >= 0 &&
                       sd_bus_set_bus_client(bus, 1) >= 0 && sd_bus_start(bus) >= 0 &&
                       sd_bus_get_unique_name(bus, &name) >= 0;
  sd_bus_close_unref(bus);
  return answers;
}

const sd_bus_vtable kMethods[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_METHOD("Notify", "susssasa{sv}i", "u", NotificationServer::Notify,
                  SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_VTABLE_END,
};

}  // namespace

SessionBus::SessionBus(const std::string& directory) : address_("unix:path=" + directory + "/bus") {
  const std::string configuration = directory + "/bus.conf";
  char text[1024];
  std::snprintf(text, sizeof text, kConfiguration, address_.c_str());
  std::ofstream(configuration) << text;
  daemon_ = fork();
  if (daemon_ == 0) {
    const std::string option = "--config-file=" + configuration;
    execlp("dbus-daemon", "dbus-daemon", "--nofork", "--nopidfile", option.c_str(), nullptr);
    _exit(127);
  }
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!running_ && std::chrono::steady_clock::now() < until) {
    running_ = Answers(address_);
    if (!running_) usleep(10'000);
  }
}

SessionBus::~SessionBus() {
  kill(daemon_, SIGTERM);
  waitpid(daemon_, nullptr, 0);
}

NotificationServer::NotificationServer(const std::string& address) {
  EXPECT_GE(sd_bus_new(&bus_), 0);
  EXPECT_GE(sd_bus_set_address(bus_, address.c_str()), 0);
  EXPECT_GE(sd_bus_set_bus_client(bus_, 1), 0);
  EXPECT_GE(sd_bus_start(bus_), 0);
  EXPECT_GE(sd_bus_add_object_vtable(bus_, nullptr, kPath, kService, kMethods, this), 0);
  EXPECT_GE(sd_bus_request_name(bus_, kService, 0), 0);
  thread_ = std::jthread([this](std::stop_token stop) { Serve(std::move(stop)); });
}

NotificationServer::~NotificationServer() {
  thread_.request_stop();
  thread_.join();
  sd_bus_flush_close_unref(bus_);
}

void NotificationServer::Serve(std::stop_token stop) {
  while (!stop.stop_requested()) {
    int processed = 1;
    while (processed > 0) processed = sd_bus_process(bus_, nullptr);
    if (processed < 0) return;
    (void)sd_bus_wait(bus_, kTurn);
  }
}

int NotificationServer::Notify(sd_bus_message* message, void* self, sd_bus_error*) {
  auto& server = *static_cast<NotificationServer*>(self);
  const char *application = nullptr, *icon = nullptr, *title = nullptr, *body = nullptr;
  Notified one;
  if (int read =
          sd_bus_message_read(message, "susss", &application, &one.replaces, &icon, &title, &body);
      read < 0) {
    return read;
  }
  one.application = application;
  one.title = title;
  one.body = body;
  const std::lock_guard lock(server.mutex_);
  // As the specification has it: a replaced one keeps its id.
  one.id = one.replaces != 0 ? one.replaces : server.next_id_++;
  server.notified_.push_back(one);
  return sd_bus_reply_method_return(message, "u", one.id);
}

std::vector<Notified> NotificationServer::notified() const {
  const std::lock_guard lock(mutex_);
  return notified_;
}

std::vector<Notified> NotificationServer::shown() const {
  std::map<std::uint32_t, Notified> newest;
  for (const Notified& one : notified()) newest[one.id] = one;
  std::vector<Notified> shown;
  for (const auto& [id, one] : newest) shown.push_back(one);
  return shown;
}

}  // namespace sekisho::testing
