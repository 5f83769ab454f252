// sekisho-link: see man/sekisho-link.8.
#include <signal.h>
#include <stdlib.h>
#include <systemd/sd-daemon.h>

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <chrono>
#include <iostream>
#include <memory>
#include <random>
#include <string>

#include "agent/link/link.h"
#include "agent/link/log.h"
#include "agent/link/tpm_key.h"
#include "platform/linux/files.h"
#include "platform/linux/message_socket.h"
#include "platform/linux/tpm_device.h"
#include "sekisho/version.h"

namespace sekisho::link {
namespace {

constexpr char kFooter[] =
    "Example:\n"
    "  sekisho-link --link-socket /run/sekisho/link.sock --link-state /var/lib/sekisho/link\n\n"
    "It is started by sekisho-link.service as the user sekisho-link. What it connects to comes "
    "from\n"
    "sekisho-agentd; to enrol a terminal, run: sekisho enrol TOKEN\n\n"
    "Exit codes: 0 ended by SIGTERM or SIGINT, 1 cannot start, 2 wrong usage or configuration.";

struct Settings {
  std::string socket = "/run/sekisho/link.sock";
  std::string state = "/var/lib/sekisho/link";
  std::string tpm = "/dev/tpmrm0";
};

// Probes the state directory by a write: "cannot keep the certificate" must not come as a surprise
// in the middle of an enrolment.
int CheckState(platform::Files& files, const std::string& directory) {
  const std::string probe = directory + "/.writable";
  const platform::Outcome written = files.Replace(probe, {}, platform::FileMode::kOwnerOnly);
  if (!written.ok()) {
    std::cerr << "sekisho-link: cannot write in " << directory << ": "
              << written.failure().ToString()
              << "\nMake it with: install -d -m 0700 -o sekisho-link " << directory << "\n";
    return 1;
  }
  const platform::Outcome removed = files.Remove(probe);
  if (!removed.ok()) Log(Severity::kWarning, removed.failure().ToString());
  return 0;
}

int Serve(const Settings& settings) {
  platform::LinuxFiles files;
  if (const int code = CheckState(files, settings.state); code != 0) return code;
  signal(SIGPIPE, SIG_IGN);
  if (settings.tpm != "none") {
    SetTpm(std::make_unique<platform::LinuxTpmDevice>(settings.tpm));
  }

  std::random_device seed;
  std::mt19937_64 generator((static_cast<std::uint64_t>(seed()) << 32) | seed());
  LinkOptions options;
  options.dial_agentd = [path = settings.socket] { return platform::ConnectTo(path); };
  options.state_directory = settings.state;
  options.uniform = [&generator] {
    return std::uniform_real_distribution<double>(0.0, 1.0)(generator);
  };
  options.wall_now = [] {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  };

  boost::asio::io_context io(1);
  Link link(io, files, options);
  boost::asio::signal_set signals(io, SIGTERM, SIGINT);
  signals.async_wait([&link](const boost::system::error_code& error, int) {
    if (error) return;
    sd_notify(0, "STOPPING=1");
    link.Stop();
  });
  link.Start();
  sd_notify(0, "READY=1");
  io.run();
  return 0;
}

int Main(int argc, char** argv) {
  // gRPC's own resolver asks the DNS for an IPv6 address even when /etc/hosts has the answer, and
  // waits where there is no DNS; the C library does what the rest of the machine does.
  setenv("GRPC_DNS_RESOLVER", "native", 0);
  CLI::App app{
      "Carries sealed messages between sekisho-agentd and the console over mutual TLS. It decides\n"
      "nothing and can neither read the report key nor make an acknowledgement."};
  app.name("sekisho-link");
  app.footer(kFooter);
  app.set_version_flag("--version", std::string("sekisho-link " SEKISHO_VERSION));
  Settings settings;
  app.set_config("--config", "/etc/sekisho/agent.conf", "Configuration file: key = value");
  // agentd's options stand in the same file.
  app.allow_config_extras(true);
  app.add_option("--link-socket", settings.socket, "agentd's socket for the link")
      ->capture_default_str();
  app.add_option("--link-state", settings.state, "Where the TLS key and certificate are kept")
      ->capture_default_str();
  app.add_option("--link-tpm", settings.tpm,
                 "The TPM 2.0 that the TLS key is made in where there is one; none: a file")
      ->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& done) {
    return app.exit(done);
  } catch (const CLI::ParseError& error) {
    app.exit(error);
    return 2;
  }
  return Serve(settings);
}

}  // namespace
}  // namespace sekisho::link

int main(int argc, char** argv) { return sekisho::link::Main(argc, argv); }
