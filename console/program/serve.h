#ifndef SEKISHO_CONSOLE_PROGRAM_SERVE_H_
#define SEKISHO_CONSOLE_PROGRAM_SERVE_H_

#include <string>

#include "absl/status/status.h"
#include "console/alarms/channel.h"

namespace sekisho::console::program {

struct ServeOptions {
  std::string data;
  std::string listen;  // address:port
  alarms::Settings alarms;
  // address:port of Prometheus' page; empty: none.
  std::string metrics_listen;
};

// Serves until SIGTERM or SIGINT. Prints "listening on port N" once terminals and operators can
// come, and tells systemd.
absl::Status Serve(const ServeOptions& options);

}  // namespace sekisho::console::program

#endif  // SEKISHO_CONSOLE_PROGRAM_SERVE_H_
