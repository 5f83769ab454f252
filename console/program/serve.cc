#include "console/program/serve.h"

#include <signal.h>
#include <sys/prctl.h>
#include <systemd/sd-daemon.h>

#include <cerrno>
#include <cstdio>

#include "absl/strings/str_cat.h"
#include "console/log.h"
#include "console/program/console.h"
#include "console/rpc/server.h"

namespace sekisho::console::program {
namespace {

constexpr std::chrono::seconds kTick{60};
constexpr std::chrono::seconds kShutdown{2};

sigset_t EndSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
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
  server_options.credentials = (*console)->keyring().server();
  server_options.client_ca_pem = (*console)->keyring().authority().CertificatePem();
  absl::StatusOr<std::unique_ptr<rpc::Server>> server =
      rpc::Server::Start(server_options, (*console)->services());
  if (!server.ok()) return server.status();
  std::printf("listening on port %d\n", (*server)->port());
  std::fflush(stdout);
  ::sd_notify(0, "READY=1");

  const timespec tick{.tv_sec = kTick.count(), .tv_nsec = 0};
  for (;;) {
    const int signal = ::sigtimedwait(&signals, nullptr, &tick);
    if (signal > 0) break;
    if (errno == EAGAIN) (*console)->Tick();
  }
  ::sd_notify(0, "STOPPING=1");
  Log(Severity::kInfo, "stopping");
  (*server)->Shutdown(kShutdown);
  return absl::OkStatus();
}

}  // namespace sekisho::console::program
