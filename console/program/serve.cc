#include "console/program/serve.h"

#include <signal.h>
#include <sys/prctl.h>
#include <systemd/sd-daemon.h>

#include <cerrno>
#include <cstdio>

#include "absl/strings/str_cat.h"
#include "console/alarms/dispatcher.h"
#include "console/log.h"
#include "console/metrics/page_server.h"
#include "console/program/collect.h"
#include "console/program/console.h"
#include "console/program/init.h"
#include "console/rpc/server.h"

namespace sekisho::console::program {
namespace {

constexpr std::chrono::seconds kTick{60};
constexpr int kMetricsPort = 9464;
constexpr std::chrono::seconds kShutdown{2};

sigset_t EndSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  // Keys were rotated: sekisho-console keys rotate; systemctl reload sekisho-console.
  sigaddset(&signals, SIGHUP);
  return signals;
}

absl::StatusOr<std::unique_ptr<alarms::Dispatcher>> StartAlarms(const alarms::Settings& settings,
                                                                Console& console) {
  absl::StatusOr<std::vector<std::unique_ptr<alarms::Channel>>> channels =
      alarms::MakeChannels(settings, SystemClock());
  if (!channels.ok()) return channels.status();
  alarms::DispatcherOptions options;
  options.organisation_id = console.keyring().organisation_id();
  options.organisation = console.organisation_name();
  options.kinds = *alarms::ParseKinds(settings.kinds);
  options.persons = settings.persons;
  return std::make_unique<alarms::Dispatcher>(console.store().events(), console.store().alarms(),
                                              console.wakeups(), *std::move(channels), options,
                                              SystemClock());
}

// Null when none is asked for.
absl::StatusOr<std::unique_ptr<metrics::PageServer>> StartMetrics(const ServeOptions& options,
                                                                  Collector& collector) {
  if (options.metrics_listen.empty()) return nullptr;
  absl::StatusOr<HostAndPort> address = ParseAddress(options.metrics_listen, kMetricsPort);
  if (!address.ok()) return address.status();
  absl::StatusOr<std::unique_ptr<metrics::PageServer>> page = metrics::PageServer::Start(
      address->host, address->port, [&collector] { return collector.Page(); });
  if (page.ok()) {
    Log(Severity::kInfo,
        absl::StrCat("metrics at http://", address->host, ":", (*page)->port(), "/metrics"));
  }
  return page;
}

}  // namespace

absl::Status Serve(const ServeOptions& options) {
  // Keys are in this process: no core dumps, no debugger of the same user.
  ::prctl(PR_SET_DUMPABLE, 0);
  // Before any thread, so that all inherit it and only this one waits.
  const sigset_t signals = EndSignals();
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  ::signal(SIGPIPE, SIG_IGN);

  absl::StatusOr<std::unique_ptr<Console>> console = Console::Open(options.data, SystemClock());
  if (!console.ok()) return console.status();
  rpc::ServerOptions server_options;
  server_options.listen = options.listen;
  server_options.credentials_file = (*console)->keyring().server_file();
  server_options.check_client = [&keyring = (*console)->keyring()](const std::string& certificate) {
    return keyring.CheckClient(certificate);
  };
  absl::StatusOr<std::unique_ptr<rpc::Server>> server =
      rpc::Server::Start(server_options, (*console)->services());
  if (!server.ok()) return server.status();
  absl::StatusOr<std::unique_ptr<alarms::Dispatcher>> dispatcher =
      StartAlarms(options.alarms, **console);
  if (!dispatcher.ok()) return dispatcher.status();
  Collector collector(**console, options.data);
  absl::StatusOr<std::unique_ptr<metrics::PageServer>> page = StartMetrics(options, collector);
  if (!page.ok()) return page.status();
  std::printf("listening on port %d\n", (*server)->port());
  std::fflush(stdout);
  ::sd_notify(0, "READY=1");

  const timespec tick{.tv_sec = kTick.count(), .tv_nsec = 0};
  for (;;) {
    const int signal = ::sigtimedwait(&signals, nullptr, &tick);
    if (signal == SIGHUP) {
      (*console)->ReadKeysAgain();
      continue;
    }
    if (signal > 0) break;
    if (errno == EAGAIN) (*console)->Tick();
  }
  ::sd_notify(0, "STOPPING=1");
  Log(Severity::kInfo, "stopping");
  (*server)->Shutdown(kShutdown);
  return absl::OkStatus();
}

}  // namespace sekisho::console::program
