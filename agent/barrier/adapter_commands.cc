#include "agent/barrier/adapter_commands.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <iostream>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "agent/barrier/text.h"
#include "platform/linux/boot_control.h"
#include "platform/linux/boot_mode.h"
#include "platform/linux/descriptor_fd.h"
#include "platform/linux/doors/adapters.h"
#include "platform/linux/doors/doors.h"
#include "platform/linux/files.h"

namespace sekisho::barrier {
namespace {

using platform::Door;
using platform::OwnAdapter;
using platform::Result;

// As the barrier decided it; shut when it cannot be known.
platform::NewDevices InThisBoot() {
  const Result<std::string> text =
      platform::ReadTextAt(AT_FDCWD, platform::BootControlPaths().boot);
  const std::optional<platform::ThisBoot> boot =
      text.ok() ? platform::ParseThisBoot(*text + "\n") : std::nullopt;
  return boot ? platform::NewDevicesIn(boot->mode) : platform::NewDevices::kShut;
}

struct Seen {
  OwnAdapter adapter;
  std::string words;
};

Result<std::vector<Seen>> Present() {
  Result<std::vector<Door>> doors = platform::PresentAdapters(kSysfs);
  if (!doors.ok()) return doors.failure();
  std::vector<Seen> seen;
  for (const Door& door : *doors) {
    const Result<std::unique_ptr<platform::SysfsDevice>> device = platform::HoldDoor(kSysfs, door);
    if (!device.ok()) continue;
    const Result<platform::DeviceFacts> facts = platform::ReadDoor(**device);
    if (facts.ok()) seen.push_back({platform::OwnAdapterOf(door, *facts), facts->product});
  }
  return seen;
}

std::optional<std::vector<OwnAdapter>> Recorded() {
  const Result<std::string> text =
      platform::ReadTextAt(AT_FDCWD, platform::AdapterPaths().own, 65536);
  return text.ok() ? platform::ParseOwnAdapters(*text + "\n") : std::nullopt;
}

Exit Record(const std::vector<OwnAdapter>& adapters) {
  const std::string text = platform::WriteOwnAdapters(adapters);
  platform::Outcome written =
      platform::LinuxFiles().Replace(platform::AdapterPaths().own, std::as_bytes(std::span(text)),
                                     platform::FileMode::kWorldReadable);
  if (!written.ok()) return Complain(written.failure());
  return Exit::kDone;
}

std::string Line(const Seen& seen) {
  std::array<char, 16> ids{};
  std::snprintf(ids.data(), ids.size(), "%04x:%04x", seen.adapter.vendor_id,
                seen.adapter.product_id);
  return seen.adapter.place + "  " + ids.data() + "  " +
         (seen.adapter.serial.empty() ? "-" : seen.adapter.serial) + "  " + seen.words;
}

}  // namespace

Exit ShutNewAdapter(const std::string& devpath) {
  if (InThisBoot() == platform::NewDevices::kLetIn) return Exit::kDone;
  const std::optional<Door> door = platform::AdapterDoorOf(devpath);
  if (!door) return Exit::kDone;
  const Result<std::unique_ptr<platform::SysfsDevice>> device =
      platform::OpenDoor(kSysfs, door->place);
  if (!device.ok()) {
    // The machine's own, gone again, or a radio without a switch yet: that comes as another.
    return device.failure().code.value() == ENOENT ? Exit::kDone : Complain(device.failure());
  }
  const platform::AdapterPaths paths;
  if (platform::WasOpened(**device, paths) == platform::Opened::kYes) return Exit::kDone;
  const platform::Outcome shut = platform::SwitchAdapter(**device, platform::DoorTo::kShut, paths);
  if (!shut.ok() && shut.failure().code.value() != ENODEV) return Complain(shut.failure());
  std::cerr << "sekisho-barrier: shut " << door->place << ", which is not this terminal's own\n";
  return Exit::kDone;
}

Exit ShowAdapters() {
  const Result<std::vector<Seen>> present = Present();
  if (!present.ok()) return Complain(present.failure());
  const std::optional<std::vector<OwnAdapter>> own = Recorded();
  if (!own) {
    std::cout << Say("Nothing is on record: every adapter counts as this terminal's own.",
                     "登録がありません。すべてのアダプターをこの端末のものとして扱います。")
              << "\n";
  }
  for (const Seen& each : *present) {
    const bool is_own = !own || platform::IsOwnAdapter(*own, each.adapter);
    std::cout << (is_own ? Say("own    ", "この端末   ") : Say("strange", "この端末外 ")) << "  "
              << Line(each) << "\n";
  }
  return Exit::kDone;
}

Exit RecordAdapters() {
  // Whoever upgrades has not looked at what is plugged in.
  if (access(platform::AdapterPaths().own.c_str(), F_OK) == 0) return Exit::kDone;
  const Result<std::vector<Seen>> present = Present();
  if (!present.ok()) return Complain(present.failure());
  std::vector<OwnAdapter> adapters;
  for (const Seen& each : *present) {
    adapters.push_back(each.adapter);
    std::cout << Line(each) << "\n";
  }
  return Record(adapters);
}

Exit AddOwnAdapter(const std::string& place) {
  const Result<std::vector<Seen>> present = Present();
  if (!present.ok()) return Complain(present.failure());
  const auto found = std::ranges::find(
      *present, place, [](const Seen& each) -> const std::string& { return each.adapter.place; });
  if (found == present->end()) {
    std::cerr << Say("sekisho-barrier: no network card or radio is there; see: sekisho-barrier "
                     "own-adapters",
                     "sekisho-barrier: そこにはネットワークカードも無線装置もありません。次で"
                     "確かめてください: sekisho-barrier own-adapters")
              << "\n";
    return Exit::kFailed;
  }
  std::vector<OwnAdapter> adapters = Recorded().value_or(std::vector<OwnAdapter>());
  std::erase_if(adapters, [&](const OwnAdapter& each) { return each.place == place; });
  adapters.push_back(found->adapter);
  return Record(adapters);
}

Exit BeginWithAdapters() {
  const Result<std::vector<OwnAdapter>> adopted =
      platform::BeginAdapters(kSysfs, platform::AdapterPaths());
  if (!adopted.ok()) return Complain(adopted.failure());
  for (const OwnAdapter& each : *adopted) {
    std::cerr << "sekisho-barrier: none of this terminal's own network cards is there; until the "
                 "next boot "
              << each.place << " counts as one\n";
  }
  return Exit::kDone;
}

}  // namespace sekisho::barrier
