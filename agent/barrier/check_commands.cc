#include "agent/barrier/check_commands.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/barrier/boot_control.h"
#include "agent/barrier/text.h"
#include "platform/linux/boot_devices.h"
#include "platform/linux/boot_image.h"
#include "platform/linux/boot_mode.h"
#include "platform/linux/clock.h"
#include "platform/linux/descriptor_fd.h"
#include "platform/linux/enforcer.h"
#include "platform/linux/files.h"
#include "platform/linux/new_device_probe.h"
#include "platform/linux/probe_record.h"

namespace sekisho::barrier {
namespace {

using platform::Outcome;
using platform::Result;

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

}  // namespace

Exit Probe() {
  platform::LinuxFiles files;
  if (platform::NewDevicesIn(BootControlOf(files).Now().mode) == platform::NewDevices::kLetIn) {
    std::cout << Say("this boot only observes: there is nothing to try",
                     "今回の起動は監視のみのため、試すものはありません")
              << "\n";
    NotifyReady();
    return Exit::kDone;
  }
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
  platform::LinuxFiles files;
  const platform::BootMode mode = BootControlOf(files).Now().mode;
  say(mode == platform::BootMode::kEnforce,
      Say("this boot refuses, and goes on doing so", "今回の起動は遮断し、解除されない") + " (" +
          platform::Word(mode) + ")");

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

  const platform::BootImage image = BootControlOf(files).Image();
  say(image.state == platform::BootImage::State::kCarried,
      Say("the next boot holds the mode and the adopted devices as they are",
          "次回の起動は、現在のモードと登録済み機器のとおりになる"));
  if (!image.detail.empty()) std::cout << "       " << image.detail << "\n";
  return exit;
}

Exit ShowBootImage(Images images) {
  const platform::BootImagePaths paths;
  platform::BootImage image;
  switch (images) {
    case Images::kStored:
      image = platform::ExamineBootImage(paths);
      break;
    case Images::kLookedInto: {
      Result<platform::BootImage> seen = platform::VerifyBootImages(paths);
      if (!seen.ok()) return Complain(seen.failure());
      image = std::move(*seen);
      break;
    }
  }
  if (image.state == platform::BootImage::State::kCarried) {
    std::cout << Say("the next boot holds the mode and the adopted devices as they are",
                     "次回の起動は、現在のモードと登録済み機器のとおりになります")
              << "\n";
    return Exit::kDone;
  }
  std::cerr << Say("sekisho: the NEXT BOOT would not be as it should: ",
                   "sekisho: 次回の起動は正しく行われません: ")
            << image.detail << "\n"
            << Say("sekisho: before a restart, run: /usr/lib/sekisho/update-boot-image",
                   "sekisho: 再起動の前に実行してください: /usr/lib/sekisho/update-boot-image")
            << "\n";
  return Exit::kOpen;
}

Exit Notice() {
  platform::LinuxFiles files;
  platform::LinuxBootControl control = BootControlOf(files);
  const platform::ThisBoot now = control.Now();
  if (now.mode == platform::BootMode::kTrial) {
    const auto left =
        std::chrono::ceil<std::chrono::minutes>(now.trial_deadline - platform::LinuxClock().Now());
    std::cout << Say("Sekisho is on trial, and undoes itself in at most this many minutes: ",
                     "Sekisho は試行中です。自動的に解除されるまでの分数 (最大): ")
              << left.count() << "\n"
              << Say("If you can work, keep it with: sekisho confirm",
                     "問題なく使えるなら、次のコマンドで確定してください: sekisho confirm")
              << "\n";
  }
  if (now.mode == platform::BootMode::kRescue) {
    std::cout << Say("This is a rescue start of Sekisho: only keyboards and pointers work, and it "
                     "is reported.",
                     "Sekisho の復旧起動です。キーボードとポインターだけが使え、記録されます。")
              << "\n";
  }
  const platform::BootImage image = control.Image();
  if (image.state == platform::BootImage::State::kStale) {
    std::cout << Say("Sekisho: the next boot would not be as it should: ",
                     "Sekisho: 次回の起動は正しく行われません: ")
              << image.detail << "\n";
  }
  return Exit::kDone;
}

}  // namespace sekisho::barrier
