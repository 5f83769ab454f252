#include "agent/cli/desktop.h"

#include <systemd/sd-bus.h>

#include <utility>

namespace sekisho::cli {
namespace {

constexpr char kService[] = "org.freedesktop.Notifications";
constexpr char kPath[] = "/org/freedesktop/Notifications";
// Of one call, in microseconds: a desktop that hangs must not hold up what comes after.
constexpr std::uint64_t kCallLimit = 5'000'000;

// Bodies are markup in this specification: what a device calls itself must stay text.
std::string Escape(const std::string& text) {
  std::string escaped;
  for (char c : text) {
    if (c == '<') {
      escaped += "&lt;";
    } else if (c == '>') {
      escaped += "&gt;";
    } else if (c == '&') {
      escaped += "&amp;";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

// `data` is the std::string that takes the new owner's bus name.
int OwnerChanged(sd_bus_message* message, void* data, sd_bus_error*) {
  const char* name = nullptr;
  const char* before = nullptr;
  const char* after = nullptr;
  if (sd_bus_message_read(message, "sss", &name, &before, &after) >= 0 && *after != '\0') {
    *static_cast<std::string*>(data) = after;
  }
  return 0;
}

}  // namespace

std::unique_ptr<Desktop> Desktop::Connect() {
  sd_bus* bus = nullptr;
  if (sd_bus_open_user(&bus) < 0) return nullptr;
  std::unique_ptr<Desktop> desktop(new Desktop(bus));
  sd_bus_set_method_call_timeout(bus, kCallLimit);
  if (sd_bus_add_match(bus, nullptr,
                       "type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop."
                       "DBus',member='NameOwnerChanged',arg0='org.freedesktop.Notifications'",
                       OwnerChanged, &desktop->newest_server_) < 0) {
    return nullptr;
  }
  return desktop;
}

Desktop::~Desktop() { sd_bus_flush_close_unref(bus_); }

std::uint32_t Desktop::Show(const std::string& title, const std::string& body,
                            std::uint32_t replaces) {
  sd_bus_message* reply = nullptr;
  sd_bus_error error = SD_BUS_ERROR_NULL;
  // No actions, no hints, and the server's own time on the screen (-1).
  const int called = sd_bus_call_method(
      bus_, kService, kPath, kService, "Notify", &error, &reply, "susssasa{sv}i", "Sekisho",
      replaces, "drive-removable-media-usb", title.c_str(), Escape(body).c_str(), 0, 0, -1);
  std::uint32_t id = 0;
  if (called >= 0 && sd_bus_message_read(reply, "u", &id) >= 0) {
    const char* sender = sd_bus_message_get_sender(reply);
    // The first one of all may be what started it: no news then.
    if (server_.empty() && sender != nullptr) server_ = sender;
  }
  sd_bus_message_unref(reply);
  sd_bus_error_free(&error);
  return id;
}

Desktop::Change Desktop::Process() {
  int processed = 1;
  while (processed > 0) processed = sd_bus_process(bus_, nullptr);
  if (processed < 0) return Change::kBusGone;
  if (newest_server_.empty()) return Change::kNone;
  const bool other = !server_.empty() && newest_server_ != server_;
  server_ = std::exchange(newest_server_, "");
  return other ? Change::kOtherServer : Change::kNone;
}

int Desktop::Readable() const { return sd_bus_get_fd(bus_); }

}  // namespace sekisho::cli
