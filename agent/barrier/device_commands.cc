#include "agent/barrier/device_commands.h"

#include <sys/stat.h>
#include <time.h>

#include <chrono>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <system_error>
#include <vector>

#include "agent/barrier/adopt.h"
#include "agent/barrier/close_medium.h"
#include "agent/barrier/text.h"
#include "platform/linux/boot_devices.h"
#include "platform/linux/clock.h"
#include "platform/linux/closure_record.h"
#include "platform/linux/device_source.h"
#include "platform/linux/doors/doors.h"
#include "platform/linux/enforcer.h"
#include "platform/linux/files.h"
#include "platform/linux/fingerprint.h"
#include "platform/linux/media.h"
#include "platform/linux/message_socket.h"
#include "platform/linux/sysfs_device.h"
#include "platform/linux/usb_interfaces.h"

namespace sekisho::barrier {
namespace {

using platform::Outcome;
using platform::Result;
using std::chrono::milliseconds;

constexpr const char* kAgentSocket = "/run/sekisho/agentd.sock";
constexpr milliseconds kAgentGrace{3000};

void Pause(milliseconds time) {
  const timespec request{time.count() / 1000, (time.count() % 1000) * 1000000};
  clock_nanosleep(CLOCK_BOOTTIME, 0, &request, nullptr);
}

enum class Shut { kYes, kNotYet };

// Whether somebody else has shut that device meanwhile.
Shut IsShut(const platform::OpenedDevice& opened) {
  if (platform::IsAdapterPlace(opened.port_path)) {
    const Result<std::unique_ptr<platform::SysfsDevice>> adapter =
        platform::OpenDoor(kSysfs, opened.port_path);
    return adapter.ok() && platform::HowAdapterStands(**adapter) == platform::DoorTo::kOpen
               ? Shut::kNotYet
               : Shut::kYes;
  }
  Result<std::unique_ptr<platform::SysfsDevice>> device =
      platform::SysfsDevice::Open(kSysfs, opened.port_path);
  if (!device.ok()) return Shut::kYes;
  Result<platform::AuthorisedNow> now = platform::ReadAuthorised(**device);
  return now.ok() && *now == platform::AuthorisedNow::kYes ? Shut::kNotYet : Shut::kYes;
}

void ShowCandidates(const std::vector<Candidate>& candidates) {
  for (const Candidate& each : candidates) {
    std::cout << "  " << each.device.port_path << "  " << each.classes << "  " << each.name << "\n";
  }
}

}  // namespace

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
  if (facts->authorised && !platform::AnyShut(facts->interfaces)) return Exit::kDone;
  platform::LinuxEnforcer enforcer(kSysfs);
  if (Outcome authorised = enforcer.Authorise(**device); !authorised.ok()) {
    return Complain(authorised.failure());
  }
  return Exit::kDone;
}

Exit Close(const platform::OpenedDevice& opened, std::int64_t deadline_ns) {
  const platform::LinuxClock clock;
  const platform::BootTime deadline{deadline_ns};
  SleepUntil(deadline);
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

Exit ShowPresent() {
  Result<std::vector<Candidate>> candidates = AdoptionCandidates(kSysfs);
  if (!candidates.ok()) return Complain(candidates.failure());
  ShowCandidates(*candidates);
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

}  // namespace sekisho::barrier
