#include "platform/linux/medium_guard/pins.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>

namespace sekisho::platform {
namespace {

constexpr std::string_view kHeader = "sekisho-medium-guard 1";
constexpr std::string_view kFolder = "programs ";

bool IsName(std::string_view name) {
  return !name.empty() && name.size() <= 64 &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") == std::string_view::npos;
}

std::optional<GuardRecord::Pinned> ParsePinned(std::string_view line) {
  const std::size_t first = line.find(' ');
  const std::size_t second = line.rfind(' ');
  if (first == std::string_view::npos || first == second) return std::nullopt;
  GuardRecord::Pinned pinned;
  pinned.name = line.substr(0, first);
  pinned.tag = line.substr(second + 1);
  const std::string_view number = line.substr(first + 1, second - first - 1);
  const auto read = std::from_chars(number.data(), number.data() + number.size(), pinned.link);
  if (read.ec != std::errc() || read.ptr != number.data() + number.size()) return std::nullopt;
  if (!IsName(pinned.name) || pinned.tag.size() != 16) return std::nullopt;
  return pinned;
}

}  // namespace

Result<Fd> OpenGuardMap(const MediumGuardPaths& paths, const std::string& map) {
  return OpenPinned(paths.Maps() + "/" + map);
}

Result<std::uint32_t> ReadSetting(const MediumGuardPaths& paths, SgSetting setting) {
  Result<Fd> map = OpenGuardMap(paths, "settings");
  if (!map.ok()) return map.failure();
  const std::uint32_t index = setting;
  std::uint32_t value = 0;
  if (Outcome looked = LookUpMap(*map, &index, &value); !looked.ok()) return looked.failure();
  return value;
}

Outcome WriteSetting(const MediumGuardPaths& paths, SgSetting setting, std::uint32_t value) {
  Result<Fd> map = OpenGuardMap(paths, "settings");
  if (!map.ok()) return map.failure();
  const std::uint32_t index = setting;
  return UpdateMap(*map, &index, &value, MapUpdate::kAny);
}

Outcome ObserveMedia(const std::string& sysfs) {
  MediumGuardPaths paths;
  paths.sysfs = sysfs;
  Outcome written = WriteSetting(paths, kSgSettingRefuses, 0);
  if (!written.ok() && written.failure().code.value() == ENOENT) return Done{};
  // A kernel without bpf(2), or a folder that is no bpffs: nothing of ours refuses there.
  if (!written.ok() &&
      (written.failure().code.value() == ENOSYS || written.failure().code.value() == EACCES) &&
      access(paths.Maps().c_str(), F_OK) != 0) {
    return Done{};
  }
  return written;
}

std::string WriteGuardRecord(const GuardRecord& record) {
  std::string text = std::string(kHeader) + "\n" + std::string(kFolder) + record.folder + "\n";
  for (const GuardRecord::Pinned& pinned : record.programs) {
    text += pinned.name + " " + std::to_string(pinned.link) + " " + pinned.tag + "\n";
  }
  return text + "end\n";
}

std::optional<GuardRecord> ParseGuardRecord(std::string_view text) {
  GuardRecord record;
  int line_number = 0;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    ++line_number;
    if (line_number == 1) {
      if (line != kHeader) return std::nullopt;
    } else if (line_number == 2) {
      if (!line.starts_with(kFolder)) return std::nullopt;
      record.folder = line.substr(kFolder.size());
      if (!IsName(record.folder)) return std::nullopt;
    } else if (line == "end") {
      return text.empty() ? std::optional(record) : std::nullopt;
    } else {
      const std::optional<GuardRecord::Pinned> pinned = ParsePinned(line);
      if (!pinned) return std::nullopt;
      record.programs.push_back(*pinned);
    }
  }
  return std::nullopt;
}

BpfLsm LookForBpfLsm(const MediumGuardPaths& paths) {
  if (access((paths.sysfs + "/kernel/btf/vmlinux").c_str(), F_OK) != 0) return BpfLsm::kNotAsked;
  Result<std::string> modules = ReadTextAt(AT_FDCWD, paths.sysfs + "/kernel/security/lsm");
  if (!modules.ok()) return BpfLsm::kNotAsked;
  return ("," + *modules + ",").find(",bpf,") != std::string::npos ? BpfLsm::kAsked
                                                                   : BpfLsm::kNotAsked;
}

Pins ComparePins(const MediumGuardPaths& paths) {
  Result<std::string> text = ReadTextAt(AT_FDCWD, paths.record);
  const std::optional<GuardRecord> record =
      text.ok() ? ParseGuardRecord(*text + "\n") : std::nullopt;
  if (!record || record->programs.empty()) return Pins::kMissing;
  for (const GuardRecord::Pinned& pinned : record->programs) {
    Result<LinkedProgram> linked =
        ReadLink(paths.Root() + "/" + record->folder + "/" + pinned.name);
    if (!linked.ok() || linked->link != pinned.link || linked->tag != pinned.tag ||
        linked->attached == LinkedProgram::Attached::kNo) {
      return Pins::kMissing;
    }
  }
  return Pins::kWhole;
}

GuardState StateOfGuard(const MediumGuardPaths& paths) {
  if (LookForBpfLsm(paths) == BpfLsm::kNotAsked) return GuardState::kUnsupported;
  if (ComparePins(paths) == Pins::kMissing) return GuardState::kMissing;
  Result<std::uint32_t> refuses = ReadSetting(paths, kSgSettingRefuses);
  if (!refuses.ok()) return GuardState::kMissing;
  return *refuses != 0 ? GuardState::kStands : GuardState::kObserves;
}

}  // namespace sekisho::platform
