#include "agent/medium_guard/commands.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <iostream>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "agent/barrier/text.h"
#include "platform/linux/boot_control.h"
#include "platform/linux/boot_mode.h"
#include "platform/linux/descriptor_fd.h"
#include "platform/linux/files.h"
#include "platform/linux/medium_guard/loader.h"
#include "platform/linux/medium_guard/own_disks.h"
#include "platform/linux/medium_guard/pins.h"

namespace sekisho::medium_guard {
namespace {

using barrier::Say;
using platform::GuardMode;
using platform::GuardState;
using platform::Outcome;
using platform::Place;
using platform::Result;

Exit Complain(const platform::Failure& failure) {
  std::cerr << "sekisho-medium-guard: " << failure.ToString() << "\n";
  return Exit::kFailed;
}

// As the barrier decided it; refusing when it cannot be known.
GuardMode ModeOfThisBoot() {
  Result<std::string> text = platform::ReadTextAt(AT_FDCWD, platform::BootControlPaths().boot);
  const std::optional<platform::ThisBoot> boot =
      text.ok() ? platform::ParseThisBoot(*text + "\n") : std::nullopt;
  if (!boot) return GuardMode::kRefuse;
  switch (platform::NewDevicesIn(boot->mode)) {
    case platform::NewDevices::kShut:
      return GuardMode::kRefuse;
    case platform::NewDevices::kLetIn:
      return GuardMode::kObserve;
  }
  return GuardMode::kRefuse;
}

std::string Sentence(GuardState state) {
  switch (state) {
    case GuardState::kStands:
      return Say("stands: no disk but this machine's own and those that are admitted is opened",
                 "有効: この端末のディスクと許可された媒体だけが開けます");
    case GuardState::kObserves:
      return Say("observes: it is in place and refuses nothing",
                 "監視のみ: 設置されていますが、何も遮断しません");
    case GuardState::kUnsupported:
      return Say(
          "cannot be here: this kernel asks no BPF programs. Media that are not on USB (card "
          "slots, NVMe, SATA, optical) are held by what agentd does alone",
          "使えません: このカーネルは BPF LSM が無効です。USB 以外の媒体 (カードスロット、"
          "NVMe、SATA、光学ドライブ) の遮断は agentd の動作だけに依存します");
    case GuardState::kMissing:
      return Say("is MISSING: it should be in the kernel and is not, or was changed",
                 "ありません: カーネル内にあるはずの遮断機能がないか、変更されています");
  }
  return "";
}

Exit SayState(GuardState state, const std::string& detail) {
  std::ostream& out = state == GuardState::kMissing ? std::cerr : std::cout;
  out << Say("the medium guard ", "媒体ガードは") << Sentence(state) << "\n";
  if (!detail.empty()) out << "  " << detail << "\n";
  return state == GuardState::kMissing ? Exit::kOpen : Exit::kDone;
}

Exit Record(const std::vector<Place>& places) {
  const std::string text = platform::WriteOwnDisks(places);
  Outcome written = platform::LinuxFiles().Replace(platform::MachinePaths().own_disks,
                                                   std::as_bytes(std::span(text)),
                                                   platform::FileMode::kWorldReadable);
  if (!written.ok()) return Complain(written.failure());
  return Exit::kDone;
}

void Add(std::vector<Place>& places, const Place& place) {
  if (std::ranges::find(places, place) == places.end()) places.push_back(place);
}

}  // namespace

Exit Load() {
  Result<platform::Loaded> loaded = platform::LoadMediumGuard({}, {}, ModeOfThisBoot());
  if (!loaded.ok()) return Complain(loaded.failure());
  return SayState(loaded->state, loaded->detail);
}

Exit Unload() {
  if (Outcome gone = platform::UnloadMediumGuard({}); !gone.ok()) return Complain(gone.failure());
  return Exit::kDone;
}

Exit ShowStatus() { return SayState(platform::StateOfGuard({}), ""); }

Exit SetMode(Mode mode) {
  Outcome set = platform::WriteSetting({}, kSgSettingRefuses, mode == Mode::kRefuse ? 1U : 0U);
  if (!set.ok()) return Complain(set.failure());
  return ShowStatus();
}

Exit ShowOwnDisks() {
  const platform::MachinePaths machine;
  Result<std::set<std::string>> running = platform::RunningDisks(machine);
  if (!running.ok()) {
    Complain(running.failure());
  } else {
    for (const std::string& disk : *running) {
      Result<Place> place = platform::PlaceOfDisk(machine, disk);
      std::cout << Say("runs on  ", "稼働中   ") << disk << "  " << (place.ok() ? *place : "?")
                << "\n";
    }
  }
  for (const Place& place : platform::RecordedPlaces(machine)) {
    std::cout << Say("recorded ", "登録済み ") << place << "\n";
  }
  return running.ok() ? Exit::kDone : Exit::kFailed;
}

Exit RecordTables() {
  const platform::MachinePaths machine;
  std::vector<Place> places = platform::RecordedPlaces(machine);
  const platform::OwnPlaces own = platform::PlacesOfTables(machine);
  for (const Place& place : own.places) Add(places, place);
  for (const std::string& disk : own.left_out) {
    std::cerr << Say("not one of this machine's own disks: ", "この端末のディスクとはしません: ")
              << disk << "\n";
  }
  return Record(places);
}

Exit AddOwnDisk(const std::string& node) {
  const platform::MachinePaths machine;
  struct stat facts{};
  if (stat(node.c_str(), &facts) != 0) return Complain(platform::LastFailure("find " + node));
  if (!S_ISBLK(facts.st_mode)) return Complain(platform::MakeFailure(ENOTBLK, "find " + node));
  Result<std::string> disk = platform::DiskOf(machine, facts.st_rdev);
  if (!disk.ok()) return Complain(disk.failure());
  Result<std::set<std::string>> beneath = platform::DisksBeneath(machine, *disk);
  if (!beneath.ok()) return Complain(beneath.failure());
  std::vector<Place> places = platform::RecordedPlaces(machine);
  for (const std::string& name : *beneath) {
    if (platform::HowPullable(machine, name) == platform::Pullable::kUsb) {
      return Complain(platform::MakeFailure(EPERM, "add a disk on USB: " + name));
    }
    Result<Place> place = platform::PlaceOfDisk(machine, name);
    if (!place.ok()) return Complain(place.failure());
    Add(places, *place);
  }
  if (const Exit recorded = Record(places); recorded != Exit::kDone) return recorded;
  return Load();
}

}  // namespace sekisho::medium_guard
