#include "agent/barrier/commands.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "agent/barrier/adopt.h"
#include "agent/barrier/close_medium.h"
#include "agent/barrier/text.h"
#include "platform/linux/boot_devices.h"
#include "platform/linux/clock.h"
#include "platform/linux/closure_record.h"
#include "platform/linux/descriptor_fd.h"
#include "platform/linux/device_source.h"
#include "platform/linux/enforcer.h"
#include "platform/linux/files.h"
#include "platform/linux/fingerprint.h"
#include "platform/linux/media.h"
#include "platform/linux/message_socket.h"
#include "platform/linux/modprobe.h"
#include "platform/linux/new_device_probe.h"
#include "platform/linux/probe_record.h"
#include "platform/linux/sysfs_device.h"

namespace sekisho::barrier {
namespace {

using platform::Outcome;
using platform::Result;
using std::chrono::milliseconds;

constexpr const char* kSysfs = "/sys";
constexpr const char* kAgentSocket = "/run/sekisho/agentd.sock";
constexpr milliseconds kAgentGrace{3000};

Exit Complain(const platform::Failure& failure) {
  std::cerr << "sekisho-barrier: " << failure.ToString() << "\n";
  return Exit::kFailed;
}

void Pause(milliseconds time) {
  const timespec request{time.count() / 1000, (time.count() % 1000) * 1000000};
  clock_nanosleep(CLOCK_BOOTTIME, 0, &request, nullptr);
}

// A text file below /run, with its directory, whole or not at all.
Outcome LeaveRecord(const std::string& path, const std::string& text, platform::FileMode mode) {
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
  if (error) return platform::Failure{error, "create the directory of " + path};
  return platform::LinuxFiles().Replace(path, std::as_bytes(std::span(text)), mode);
}

enum class Shut { kYes, kNotYet };

// Whether somebody else has shut that device meanwhile.
Shut IsShut(const platform::OpenedDevice& opened) {
  Result<std::unique_ptr<platform::SysfsDevice>> device =
      platform::SysfsDevice::Open(kSysfs, opened.port_path);
  if (!device.ok()) return Shut::kYes;
  Result<platform::AuthorisedNow> now = platform::ReadAuthorised(**device);
  return now.ok() && *now == platform::AuthorisedNow::kYes ? Shut::kNotYet : Shut::kYes;
}

// sd_notify(3)'s READY=1, without its library: nobody hears it outside of a unit.
void NotifyReady() {
  const char* path = std::getenv("NOTIFY_SOCKET");
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path == nullptr || std::strlen(path) >= sizeof address.sun_path) return;
  std::strcpy(address.sun_path, path);
  if (path[0] == '@') address.sun_path[0] = '\0';
  const platform::Fd socket_fd(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  constexpr std::string_view kReady = "READY=1";
  sendto(socket_fd.get(), kReady.data(), kReady.size(), MSG_NOSIGNAL,
         reinterpret_cast<const sockaddr*>(&address),
         static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + std::strlen(path)));
}

void ShowCandidates(const std::vector<Candidate>& candidates) {
  for (const Candidate& each : candidates) {
    std::cout << "  " << each.device.port_path << "  " << each.classes << "  " << each.name << "\n";
  }
}

}  // namespace

Exit Deny() {
  // Debian has USB as a module; what is not loaded yet could not be told, nor read back.
  if (access("/sys/module/usbcore/parameters/authorized_default", F_OK) != 0) {
    if (Outcome loaded = platform::Modprobe({"usbcore"}); !loaded.ok()) {
      return Complain(loaded.failure());
    }
  }
  platform::LinuxEnforcer enforcer(kSysfs);
  if (Outcome denied = enforcer.DenyNewDevices(); !denied.ok()) return Complain(denied.failure());
  return Exit::kDone;
}

Exit Authorise(const Authorisation& wanted) {
  Result<std::unique_ptr<platform::SysfsDevice>> device =
      platform::SysfsDevice::Open(kSysfs, wanted.port_path);
  if (!device.ok()) return Complain(device.failure());
  Result<platform::DeviceFacts> facts = platform::ReadFacts(**device);
  if (!facts.ok()) return Complain(facts.failure());
  const std::string serial = facts->serial.empty() ? "-" : platform::ToHex(facts->serial);
  if (platform::FingerprintHex(facts->descriptors) != wanted.fingerprint_hex ||
      serial != wanted.serial_hex) {
    std::cerr << "sekisho-barrier: another device is at " << wanted.port_path
              << " than the one that was adopted; it stays shut\n";
    return Exit::kRefused;
  }
  if (facts->authorised) return Exit::kDone;
  platform::LinuxEnforcer enforcer(kSysfs);
  if (Outcome authorised = enforcer.Authorise(**device); !authorised.ok()) {
    return Complain(authorised.failure());
  }
  return Exit::kDone;
}

Exit Close(const platform::OpenedDevice& opened, std::int64_t deadline_ns) {
  const platform::LinuxClock clock;
  const platform::BootTime deadline{deadline_ns};
  while (clock.Now() < deadline) {
    const timespec until{deadline_ns / 1000000000, deadline_ns % 1000000000};
    clock_nanosleep(CLOCK_BOOTTIME, TIMER_ABSTIME, &until, nullptr);
  }
  // An agent that lives shuts it itself, at the same moment: two at once would report twice.
  if (platform::ConnectTo(kAgentSocket).ok()) {
    for (milliseconds waited{0}; waited < kAgentGrace; waited += milliseconds(100)) {
      if (IsShut(opened) == Shut::kYes) return Exit::kDone;
      Pause(milliseconds(100));
    }
  }
  Result<std::unique_ptr<platform::LinuxDeviceSource>> devices =
      platform::LinuxDeviceSource::Start(kSysfs);
  if (!devices.ok()) return Complain(devices.failure());
  platform::LinuxEnforcer enforcer(kSysfs);
  platform::LinuxMedia media;
  const ClosingParts parts{clock, **devices, enforcer, media, platform::FingerprintHex, Pause};
  Result<std::optional<platform::Closure>> closed = CloseMedium(parts, opened);
  if (!closed.ok()) return Complain(closed.failure());
  if (!closed->has_value()) return Exit::kDone;
  const platform::Closure& closure = **closed;
  std::cerr << "sekisho-barrier: shut " << opened.port_path << " for grant " << opened.grant_id
            << ", which had ended\n";
  for (const platform::Holder& holder : closure.ended) {
    std::cerr << "sekisho-barrier: ended " << holder.program << " (pid " << holder.pid << ", uid "
              << holder.uid << "), which held it\n";
  }
  for (const std::string& step : closure.failed) std::cerr << "sekisho-barrier: " << step << "\n";
  const std::string path =
      std::string(platform::kClosureDirectory) + "/" + opened.grant_id + ".closure";
  if (Outcome left =
          LeaveRecord(path, platform::WriteClosure(closure), platform::FileMode::kOwnerOnly);
      !left.ok()) {
    return Complain(left.failure());
  }
  return IsShut(opened) == Shut::kYes ? Exit::kDone : Exit::kOpen;
}

Exit AdoptPresent(Confirmation confirmation) {
  Result<std::vector<Candidate>> candidates = AdoptionCandidates(kSysfs);
  if (!candidates.ok()) return Complain(candidates.failure());
  if (candidates->empty()) {
    std::cout << Say("No USB keyboard or pointer is plugged in: nothing to adopt.",
                     "USB のキーボードもポインターも接続されていません。登録するものはありません。")
              << "\n";
  } else {
    std::cout
        << Say("These keyboards and pointers, and the hubs above them, will work at boot "
               "and without the agent:",
               "次のキーボード、ポインターと、その上流のハブは、起動時から、エージェントなしでも"
               "使えるようになります:")
        << "\n";
    ShowCandidates(*candidates);
  }
  if (confirmation == Confirmation::kAsk && !candidates->empty()) {
    std::cout << Say("Adopt them? [y/N] ", "登録しますか? [y/N] ") << std::flush;
    std::string answer;
    std::getline(std::cin, answer);
    if (answer != "y" && answer != "Y" && answer != "yes") {
      std::cout << Say("Nothing was changed.", "何も変更していません。") << "\n";
      return Exit::kRefused;
    }
  }
  std::vector<platform::BootDevice> devices;
  for (const Candidate& each : *candidates) devices.push_back(each.device);
  platform::LinuxFiles files;
  const platform::BootFiles paths;
  std::error_code ignored;
  std::filesystem::create_directories(std::filesystem::path(paths.list).parent_path(), ignored);
  chmod(std::filesystem::path(paths.list).parent_path().c_str(), 0700);
  if (Outcome written = platform::WriteBootFiles(files, paths, devices); !written.ok()) {
    return Complain(written.failure());
  }
  std::cout << Say("Written to ", "書き込み先: ") << paths.list << ", " << paths.rules << "\n";
  return Exit::kDone;
}

Exit Rules(RulesTo to) {
  platform::LinuxFiles files;
  const platform::BootFiles paths;
  Result<std::vector<platform::BootDevice>> devices = platform::ReadBootFiles(files, paths);
  if (!devices.ok()) {
    Complain(devices.failure());
    std::cerr << Say("Write the list again with: sekisho-barrier adopt --present",
                     "次のコマンドで一覧を作り直してください: sekisho-barrier adopt --present")
              << "\n";
    return Exit::kFailed;
  }
  if (to == RulesTo::kStandardOutput) {
    std::cout << platform::UdevRulesFor(*devices);
    return Exit::kDone;
  }
  if (Outcome written = platform::WriteBootFiles(files, paths, *devices); !written.ok()) {
    return Complain(written.failure());
  }
  return Exit::kDone;
}

Exit Probe() {
  const platform::LinuxClock clock;
  platform::ProbeRecord record;
  const platform::NewDeviceProbe probe = platform::TryNewDevice(kSysfs);
  record.attempt = probe.attempt;
  record.at = clock.Now();
  std::cout << record.attempt.name << ": " << record.attempt.detail << "\n";
  if (Outcome left = LeaveRecord(platform::kProbeRecord, platform::WriteProbeRecord(record),
                                 platform::FileMode::kWorldReadable);
      !left.ok()) {
    return Complain(left.failure());
  }
  // agentd waits until the stick is gone, and not for the controller's removal, which is slow.
  NotifyReady();
  if (Outcome removed = platform::RemoveController(probe); !removed.ok()) {
    Complain(removed.failure());
  }
  switch (record.attempt.end) {
    case platform::ProbeEnd::kHolds:
      return Exit::kDone;
    case platform::ProbeEnd::kOpen:
      return Exit::kOpen;
    case platform::ProbeEnd::kUntried:
      return Exit::kFailed;
  }
  return Exit::kFailed;
}

Exit Check() {
  Exit exit = Exit::kDone;
  const auto say = [&exit](bool holds, const std::string& what) {
    std::cout << (holds ? Say("holds  ", "有効  ") : Say("OPEN   ", "無効  ")) << what << "\n";
    if (!holds) exit = Exit::kOpen;
  };
  Result<std::vector<std::string>> loose = platform::LooseControls(kSysfs);
  if (!loose.ok()) return Complain(loose.failure());
  say(loose->empty(), Say("new USB devices stay shut on every controller",
                          "どのコントローラーでも、新しい USB 機器は遮断される"));
  for (const std::string& path : *loose) std::cout << "       " << path << "\n";

  Result<std::string> command_line = platform::ReadTextAt(AT_FDCWD, "/proc/cmdline");
  say(command_line.ok() &&
          (" " + *command_line + " ").find(" usbcore.authorized_default=0 ") != std::string::npos,
      Say("this boot denied them from the kernel's command line on",
          "今回の起動では、カーネルコマンドラインから遮断されている"));

  platform::LinuxFiles files;
  const platform::BootFiles paths;
  Result<std::vector<platform::BootDevice>> devices = platform::ReadBootFiles(files, paths);
  Result<std::string> rules = platform::ReadTextAt(AT_FDCWD, paths.rules, 1 << 20);
  say(devices.ok() && rules.ok() && *rules + "\n" == platform::UdevRulesFor(*devices),
      Say("the boot rules are those of the adopted devices",
          "起動時の規則は、登録された機器のものと一致する"));

  Result<std::string> text = platform::ReadTextAt(AT_FDCWD, platform::kProbeRecord);
  std::optional<platform::ProbeRecord> record;
  if (text.ok()) record = platform::ParseProbeRecord(*text + "\n");
  say(record && record->attempt.end == platform::ProbeEnd::kHolds,
      Say("a new device was tried in this boot, and refused",
          "今回の起動で新しい機器を実際に試し、遮断された"));
  if (record) std::cout << "       " << record->attempt.detail << "\n";
  return exit;
}

}  // namespace sekisho::barrier
