#include "agent/cli/desktop.h"

#include <systemd/sd-bus.h>

namespace sekisho::cli {
namespace {

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

}  // namespace

std::unique_ptr<Desktop> Desktop::Connect() {
  sd_bus* bus = nullptr;
  if (sd_bus_open_user(&bus) < 0) return nullptr;
  return std::unique_ptr<Desktop>(new Desktop(bus));
}

Desktop::~Desktop() { sd_bus_flush_close_unref(bus_); }

std::uint32_t Desktop::Show(const std::string& title, const std::string& body,
                            std::uint32_t replaces) {
  sd_bus_message* reply = nullptr;
  sd_bus_error error = SD_BUS_ERROR_NULL;
  // No actions, no hints, and the server's own time on the screen (-1).
  const int called = sd_bus_call_method(
      bus_, "org.freedesktop.Notifications", "/org/freedesktop/Notifications",
      "org.freedesktop.Notifications", "Notify", &error, &reply, "susssasa{sv}i", "Sekisho",
      replaces, "drive-removable-media-usb", title.c_str(), Escape(body).c_str(), 0, 0, -1);
  std::uint32_t id = 0;
  if (called >= 0) sd_bus_message_read(reply, "u", &id);
  sd_bus_message_unref(reply);
  sd_bus_error_free(&error);
  return id;
}

}  // namespace sekisho::cli
