#ifndef SEKISHO_CONSOLE_ALARMS_CHANNEL_H_
#define SEKISHO_CONSOLE_ALARMS_CHANNEL_H_

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "console/alarms/alarm.h"
#include "console/clock.h"

namespace sekisho::console::alarms {

// One way out. Used by one thread.
class Channel {
 public:
  virtual ~Channel() = default;
  // What its position is kept under: "mail", "syslog", "webhook".
  virtual const std::string& name() const = 0;
  // Blocks until the other end has taken it, or for at most half a minute; ends early on `stop`.
  virtual absl::Status Deliver(const Notice& notice, const std::stop_token& stop) = 0;
  // How many alarms one Notice names, and how far apart two of them are at least.
  virtual std::size_t listed() const = 0;
  virtual std::chrono::milliseconds apart() const = 0;
};

// As console.conf has it; a channel without an address is not there.
struct Settings {
  std::string mail_server;  // smtp://host[:port] (STARTTLS) or smtps://host[:port]
  std::string mail_from;
  std::vector<std::string> mail_to;
  std::string mail_user;
  std::string mail_password_file;
  // To a server that has no TLS: said in so many words.
  bool mail_plain = false;
  std::string syslog;   // udp://host[:port] or tcp://host[:port]
  std::string webhook;  // https://…; http:// to a loopback address only
  std::string webhook_secret_file;
  // Another authority than the system's for both of the above (PEM).
  std::string ca_file;
  std::vector<std::string> kinds{"default"};
  Persons persons = Persons::kLeftOut;
};

// INVALID_ARGUMENT says which option is wrong.
absl::StatusOr<std::vector<std::unique_ptr<Channel>>> MakeChannels(const Settings& settings,
                                                                   const Clock& clock);

}  // namespace sekisho::console::alarms

#endif  // SEKISHO_CONSOLE_ALARMS_CHANNEL_H_
