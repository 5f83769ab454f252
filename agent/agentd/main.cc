// sekisho-agentd: decides, enforces, records. Root, one thread, no inet socket.
#include <malloc.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "agent/engine/engine.h"
#include "agent/engine/log.h"
#include "agent/local/agentd_server.h"
#include "agent/local/link_server.h"
#include "agent/local/login_server.h"
#include "platform/linux/backstop.h"
#include "platform/linux/boot_control.h"
#include "platform/linux/boot_rules.h"
#include "platform/linux/clock.h"
#include "platform/linux/device_source.h"
#include "platform/linux/doors/medium_hold.h"
#include "platform/linux/enforcer.h"
#include "platform/linux/event_loop.h"
#include "platform/linux/file_record/file_record.h"
#include "platform/linux/files.h"
#include "platform/linux/guard/device_roles.h"
#include "platform/linux/guard/file_watch.h"
#include "platform/linux/hardware_names.h"
#include "platform/linux/inspection/inspection.h"
#include "platform/linux/keyboard_code.h"
#include "platform/linux/login_sessions.h"
#include "platform/linux/logins/linux_logins.h"
#include "platform/linux/logins/login_watch.h"
#include "platform/linux/media.h"
#include "platform/linux/medium_guard/linux_medium_guard.h"
#include "platform/linux/message_socket.h"
#include "platform/linux/probes.h"
#include "platform/linux/seat.h"
#include "platform/linux/startup_memory.h"
#include "platform/linux/systemd_manager.h"
#include "platform/linux/usb_node.h"
#include "platform/linux/usb_probe.h"
#include "platform/usb/answers.h"
#include "proto/contract/hardware.h"
#include "sekisho/version.h"

namespace sekisho::agentd {
namespace {

constexpr char kFooter[] =
    "Normally started by sekisho-agentd.service.\n"
    "Example: /usr/lib/sekisho/sekisho-agentd --config /etc/sekisho/agent.conf\n"
    "Exit codes: 0 ended by SIGTERM or SIGINT, 1 cannot start, 2 wrong usage or configuration.\n"
    "Ending it closes nothing: what was granted stays open until its deadline.";

struct Options {
  engine::Settings engine;
  std::string agentd_socket = "/run/sekisho/agentd.sock";
  std::string login_socket = "/run/sekisho/login.sock";
  std::string link_socket = "/run/sekisho/link.sock";
  std::string link_user = "sekisho-link";
  std::string probe_user = "sekisho-probe";
  std::string hash_user = "sekisho-hash";
  std::uint64_t spool_max_megabytes = 64;
};

int CannotStart(const platform::Failure& failure, std::string_view what_to_do) {
  engine::Log(engine::Severity::kError,
              absl::StrCat("cannot start: ", failure.ToString(), "; ", std::string(what_to_do)));
  return 1;
}

// The first line of a small file; empty when there is none.
std::string FirstLine(platform::Files& files, const std::string& path) {
  platform::Result<std::vector<std::byte>> content = files.Read(path, 4096);
  if (!content.ok()) return "";
  std::string text(reinterpret_cast<const char*>(content->data()), content->size());
  return std::string(absl::StripAsciiWhitespace(text.substr(0, text.find('\n'))));
}

engine::HostFacts ReadHost(platform::Files& files) {
  engine::HostFacts host;
  char name[256] = {};
  if (gethostname(name, sizeof name - 1) == 0) host.hostname = name;
  host.hardware_serial = FirstLine(files, "/sys/class/dmi/id/product_serial");
  host.machine_id = FirstLine(files, "/etc/machine-id");
  const platform::HardwareNames names = platform::ReadHardwareNames(files, "/");
  host.hardware =
      contract::HardwareDigest({names.product_uuid, names.board_serial, names.disk_serial});
  return host;
}

bool MakeDirectory(const std::string& path, mode_t mode) {
  return mkdir(path.c_str(), mode) == 0 || errno == EEXIST;
}

struct WorkerUser {
  unsigned uid = 0;
  unsigned gid = 0;
};

// The user and group of that name, neither of them root's: root with a device's answers or a file
// of a medium in its hands is what a worker is there to avoid. None is told, with what goes without
// it.
std::optional<WorkerUser> FindWorkerUser(const std::string& name, std::string_view without) {
  const platform::Result<unsigned> uid = platform::UserId(name);
  const platform::Result<unsigned> gid = platform::GroupId(name);
  if (uid.ok() && gid.ok() && *uid != 0 && *gid != 0) return WorkerUser{*uid, *gid};
  engine::Log(engine::Severity::kError,
              absl::StrCat("no unprivileged user and group ", name, ": ", std::string(without),
                           "; run systemd-sysusers"));
  return std::nullopt;
}

// Null without the worker's user: then a vendor-specific device is refused as just that.
std::unique_ptr<platform::UsbProbe> MakeUsbProbe(const std::string& user, platform::EventLoop& loop,
                                                 const platform::Clock& clock) {
  const std::optional<WorkerUser> runs_as =
      FindWorkerUser(user, "devices of unknown class are not asked");
  if (!runs_as) return nullptr;
  platform::UsbProbeWorker worker;
  worker.uid = runs_as->uid;
  worker.gid = runs_as->gid;
  worker.max_output = platform::kMaxAnswersText;
  worker.parse = platform::ParseAnswers;
  worker.open_node = [](const platform::SysfsDevice& device,
                        std::span<const std::uint8_t> interfaces) {
    constexpr const char* kNodes = "/dev/bus/usb";
    return interfaces.empty() ? platform::OpenUsbNode(device, kNodes)
                              : platform::ClaimUsbInterfaces(device, "/sys", kNodes, interfaces);
  };
  return std::make_unique<platform::LinuxUsbProbe>(loop, clock, std::move(worker));
}

// What agentd does without, where it cannot be had.
template <typename T>
T* OrNull(const platform::Result<std::unique_ptr<T>>& made) {
  if (made.ok()) return made->get();
  engine::Log(engine::Severity::kError, made.failure().ToString());
  return nullptr;
}

// Whether there are keys that come over no USB: PS/2, a laptop's own, Bluetooth.
platform::KeyboardCode::OtherKeyboards OtherKeyboards() {
  platform::Looker looker("");
  platform::MachineFacts facts;
  platform::InspectKeyboards(looker, facts);
  const bool some = std::ranges::any_of(facts.keyboards, [](const auto& each) {
    return each.bus != platform::KeyboardFacts::Bus::kUsb;
  });
  return some ? platform::KeyboardCode::OtherKeyboards::kSome
              : platform::KeyboardCode::OtherKeyboards::kNone;
}

// Null without the worker's user: then a replaced keyboard waits for the office.
std::unique_ptr<platform::KeyboardCode> MakeKeyboardCode(const std::string& user,
                                                         platform::EventLoop& loop,
                                                         const platform::Clock& clock) {
  const std::optional<WorkerUser> runs_as =
      FindWorkerUser(user, "no keyboard is admitted by a code");
  if (!runs_as) return nullptr;
  const platform::Result<unsigned> input = platform::GroupId("input");  // udev's, of what is typed
  if (!input.ok()) {
    engine::Log(engine::Severity::kError,
                "no group input: no keyboard is admitted by a code; is udev installed?");
    return nullptr;
  }
  platform::KeyboardCodeWorker worker;
  worker.uid = runs_as->uid;
  worker.gid = runs_as->gid;
  worker.input_gid = *input;
  worker.others = OtherKeyboards;
  return std::make_unique<platform::LinuxKeyboardCode>(loop, clock, std::move(worker));
}

// Null without the worker's user: then it is not recorded what happens to files on media.
std::unique_ptr<platform::LinuxFileRecord> MakeFileRecord(const std::string& user,
                                                          const std::string& run_directory,
                                                          platform::EventLoop& loop,
                                                          const platform::Clock& clock) {
  const std::optional<WorkerUser> runs_as = FindWorkerUser(user, "files on media are not recorded");
  if (!runs_as) return nullptr;
  platform::HashProgram program;
  program.uid = runs_as->uid;
  program.gid = runs_as->gid;
  return std::make_unique<platform::LinuxFileRecord>(loop, clock, std::move(program),
                                                     run_directory + "/files");
}

int Serve(Options options) {
  // No core dump, no ptrace by the same user: the report key is in here.
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  umask(0077);
  // A daemon that sits idle for months gives back what one busy minute took.
  mallopt(M_ARENA_MAX, 1);
  mallopt(M_TRIM_THRESHOLD, 64 * 1024);

  platform::Result<std::unique_ptr<platform::EventLoop>> loop = platform::MakeEventLoop();
  if (!loop.ok()) return CannotStart(loop.failure(), "see the journal");
  if (!MakeDirectory(options.engine.run_directory, 0755) ||
      !MakeDirectory(options.engine.state_directory, 0700)) {
    return CannotStart({std::error_code(errno, std::generic_category()),
                        absl::StrCat("mkdir ", options.engine.state_directory)},
                       "start it as root, with the parent directories in place");
  }
  platform::LinuxFiles files;
  platform::LinuxClock clock;
  platform::LinuxEnforcer enforcer;
  platform::LinuxBootControl boot_control(
      files, [] { return platform::StartUnit(platform::kBootImageUnit); });
  // Before anything can fail: whatever else is wrong, new devices stay shut; unless this terminal
  // only observes.
  if (boot_control.Now().mode != platform::BootMode::kObserve) {
    if (platform::Outcome denied = enforcer.DenyNewDevices(); !denied.ok()) {
      engine::Log(engine::Severity::kError, denied.failure().ToString());
    }
  }
  platform::Result<std::unique_ptr<platform::LinuxDeviceSource>> devices =
      platform::LinuxDeviceSource::Start();
  if (!devices.ok()) return CannotStart(devices.failure(), "start it as root");
  platform::LinuxMedia media;
  platform::LinuxMediumGuard medium_guard;
  platform::LinuxMediumHold medium_hold;
  platform::SystemdBackstop backstop(clock);
  platform::LinuxBootRules boot_rules(files);
  platform::LogindSeat seat;
  platform::LinuxProbes probes;
  const std::unique_ptr<platform::UsbProbe> usb_probe =
      MakeUsbProbe(options.probe_user, **loop, clock);
  const std::unique_ptr<platform::KeyboardCode> keyboard_code =
      MakeKeyboardCode(options.probe_user, **loop, clock);

  const std::unique_ptr<platform::LinuxFileRecord> file_record =
      MakeFileRecord(options.hash_user, options.engine.run_directory, **loop, clock);
  if (file_record) {
    media.LeaveOut([record = file_record.get()] { return record->Workers(); });
  }

  platform::LinuxLogins logins;
  platform::LinuxDeviceRoles device_roles;
  platform::Result<std::unique_ptr<platform::LinuxFileWatch>> file_watch =
      platform::LinuxFileWatch::Start(**loop);
  platform::Result<std::unique_ptr<platform::LinuxLoginWatch>> login_watch =
      platform::LinuxLoginWatch::Start(**loop);
  platform::Result<std::unique_ptr<platform::LogindSessions>> login_sessions =
      platform::LogindSessions::Start();

  options.engine.host = ReadHost(files);
  options.engine.kernel_token =
      platform::KernelParameter(FirstLine(files, "/proc/cmdline"), "sekisho.token");
  options.engine.spool_max_bytes = options.spool_max_megabytes << 20;
  engine::Seams seams{**loop,     clock,        **devices, enforcer, media, backstop,
                      boot_rules, boot_control, files,     seat,     probes};
  seams.usb_probe = usb_probe.get();
  seams.file_watch = OrNull(file_watch);
  seams.device_roles = &device_roles;
  seams.keyboard_code = keyboard_code.get();
  seams.file_record = file_record.get();
  seams.medium_guard = &medium_guard;
  seams.medium_hold = &medium_hold;
  seams.logins = &logins;
  seams.login_watch = OrNull(login_watch);
  seams.login_sessions = OrNull(login_sessions);
  engine::Engine engine(seams, options.engine);
  engine.Start();

  platform::Result<std::unique_ptr<platform::MessageListener>> local =
      platform::ListenAt(options.agentd_socket, {.mode = 0666, .gid = {}});
  if (!local.ok()) {
    return CannotStart(local.failure(), "is another sekisho-agentd running? (systemctl status)");
  }
  local::AgentdServer agentd_server(engine, **local);
  platform::Result<std::unique_ptr<platform::MessageListener>> login =
      platform::ListenAt(options.login_socket, {.mode = 0666, .gid = {}});
  if (!login.ok()) return CannotStart(login.failure(), "is another sekisho-agentd running?");
  local::LoginServer login_server(engine, **login);

  // Without the link's user there is no link; the barrier stands all the same.
  std::unique_ptr<platform::MessageListener> link_listener;
  std::unique_ptr<local::LinkServer> link_server;
  platform::Result<unsigned> link_uid = platform::UserId(options.link_user);
  platform::Result<unsigned> link_gid = platform::GroupId(options.link_user);
  if (link_uid.ok() && link_gid.ok()) {
    platform::Result<std::unique_ptr<platform::MessageListener>> link =
        platform::ListenAt(options.link_socket, {.mode = 0660, .gid = *link_gid});
    if (!link.ok()) return CannotStart(link.failure(), "is another sekisho-agentd running?");
    link_listener = std::move(*link);
    link_server = std::make_unique<local::LinkServer>(engine, *link_listener, *link_uid);
  } else {
    engine::Log(engine::Severity::kError,
                absl::StrCat("no user and group ", options.link_user,
                             ": no connection to a console; run systemd-sysusers"));
  }
  platform::GiveBackStartupMemory();
  (*loop)->Run([&engine, connecting = true]() mutable {
    const platform::BootTime next = engine.Tick();
    // Within the first minute it has connected and caught up, seldom to do so again.
    if (std::exchange(connecting, false)) platform::GiveBackStartupMemory();
    return next;
  });
  engine.Stop();
  return 0;
}

int Main(int argc, char** argv) {
  CLI::App app{
      "Decides on every device that is plugged into this terminal, enforces it in the kernel, and\n"
      "keeps a signed record of it for the console."};
  app.name("sekisho-agentd");
  app.footer(kFooter);
  app.set_version_flag("--version", std::string("sekisho-agentd " SEKISHO_VERSION));
  app.set_config("--config", "/etc/sekisho/agent.conf", "Configuration file: key = value");
  // The link's options stand in the same file.
  app.allow_config_extras(true);
  Options options;
  app.add_option("--agentd-socket", options.agentd_socket, "Socket for people")
      ->capture_default_str();
  app.add_option("--login-socket", options.login_socket, "Socket for pam_sekisho.so")
      ->capture_default_str();
  app.add_option("--logins-file", options.engine.logins_file,
                 "What pam_sekisho.so reads while this program does not answer")
      ->capture_default_str();
  app.add_option("--link-socket", options.link_socket, "Socket for sekisho-link")
      ->capture_default_str();
  app.add_option("--link-user", options.link_user, "The user that sekisho-link runs as")
      ->capture_default_str();
  app.add_option("--probe-user", options.probe_user, "The user that the workers run as")
      ->capture_default_str();
  app.add_option("--hash-user", options.hash_user, "The user that sekisho-hash runs as")
      ->capture_default_str();
  app.add_option("--agentd-state", options.engine.state_directory,
                 "Where identity, policy, grants and the spool are kept")
      ->capture_default_str();
  app.add_option("--agentd-run", options.engine.run_directory, "State of this boot")
      ->capture_default_str();
  app.add_option("--enrolment-token-file", options.engine.token_file,
                 "A token to enrol with, without a person; removed once it was used")
      ->capture_default_str();
  app.add_option("--spool-max-megabytes", options.spool_max_megabytes,
                 "Bound of events that wait for the console (1 to 4096)")
      ->check(CLI::Range(1, 4096))
      ->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& done) {
    return app.exit(done);
  } catch (const CLI::ParseError& error) {
    app.exit(error);
    return 2;
  }
  return Serve(std::move(options));
}

}  // namespace
}  // namespace sekisho::agentd

int main(int argc, char** argv) { return sekisho::agentd::Main(argc, argv); }
