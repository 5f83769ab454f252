#include "platform/linux/medium_guard/teacher.h"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "platform/linux/descriptor_fd.h"

namespace sekisho::platform {
namespace {

std::vector<std::string> Listed(const std::string& directory) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    names.push_back(entry.path().filename().string());
  }
  std::ranges::sort(names);
  return names;
}

// The numbers of drivers whose devices reach media.
Outcome TeachMajors(const MediumGuardPaths& paths, const Fd& majors) {
  std::vector<std::uint32_t> numbers = {21, 9, 86};  // sg, st, ch
  Result<std::string> text = ReadTextAt(AT_FDCWD, paths.proc + "/devices", 1 << 16);
  std::string_view rest = text.ok() ? std::string_view(*text) : std::string_view();
  while (!rest.empty() && !rest.starts_with("Block devices")) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    const std::size_t space = line.rfind(' ');
    if (space != std::string_view::npos) {
      const std::string_view name = line.substr(space + 1);
      std::uint32_t number = 0;
      const std::size_t digit = std::min(line.find_first_not_of(' '), line.size());
      std::from_chars(line.data() + digit, line.data() + line.size(), number);
      if (name == "bsg" || name == "nvme" || name == "nvme-generic" || name == "rpmb") {
        numbers.push_back(number);
      }
    }
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
  }
  const std::uint32_t guarded = 1;
  for (const std::uint32_t number : numbers) {
    if (number >= kSgMajors) continue;
    if (Outcome told = UpdateMap(majors, &number, &guarded, MapUpdate::kAny); !told.ok()) {
      return told;
    }
  }
  return Done{};
}

// Reading a uevent file takes the kernel by the guard with the device in its hand.
void ShowDevices(const MediumGuardPaths& paths) {
  for (const char* kind : {"/dev/block/", "/dev/char/"}) {
    for (const std::string& number : Listed(paths.sysfs + kind)) {
      (void)ReadTextAt(AT_FDCWD, paths.sysfs + kind + number + "/uevent", 1 << 16);
    }
  }
}

std::optional<std::uint32_t> NumberOfDisk(const MediumGuardPaths& paths, const std::string& disk) {
  Result<std::string> text = ReadTextAt(AT_FDCWD, paths.sysfs + "/class/block/" + disk + "/dev");
  if (!text.ok()) return std::nullopt;
  unsigned major = 0;
  unsigned minor = 0;
  const std::size_t colon = text->find(':');
  if (colon == std::string::npos) return std::nullopt;
  std::from_chars(text->data(), text->data() + colon, major);
  std::from_chars(text->data() + colon + 1, text->data() + text->size(), minor);
  return SG_NUMBER(major, minor);
}

class Teacher {
 public:
  explicit Teacher(const MediumGuardPaths& paths) : paths_(paths) {}

  // All maps, or why one cannot be opened.
  Outcome Open() {
    for (auto& [name, fd] : maps_) {
      Result<Fd> map = OpenGuardMap(paths_, name);
      if (!map.ok()) return map.failure();
      fd = std::move(*map);
    }
    return Done{};
  }

  Outcome TeachPlaces(const std::vector<Place>& places) {
    const Fd& map = Map("places");
    std::set<std::uint64_t> wanted;
    for (const Place& place : places) wanted.insert(HashOfPlace(place));
    const std::uint32_t yes = 1;
    for (const std::uint64_t hash : wanted) {
      if (Outcome told = UpdateMap(map, &hash, &yes, MapUpdate::kAny); !told.ok()) return told;
    }
    for (const std::uint64_t hash : KeysOfMap<std::uint64_t>(map)) {
      if (!wanted.contains(hash)) (void)DeleteFromMap(map, &hash);
    }
    return Done{};
  }

  Outcome ShowWhatIsThere() {
    if (Outcome told = TeachMajors(paths_, Map("majors")); !told.ok()) return told;
    if (Outcome begun = WriteSetting(paths_, kSgSettingTeaching, 1); !begun.ok()) return begun;
    ShowDevices(paths_);
    return WriteSetting(paths_, kSgSettingTeaching, 0);
  }

  // What stacked disks of before the guard are made of.
  Outcome TeachStacks() {
    for (const std::string& disk : Listed(paths_.sysfs + "/block")) {
      const std::optional<std::uint64_t> key = KeyOf(disk);
      if (!key) continue;
      SgSlaves slaves{};
      std::size_t count = 0;
      for (const std::string& part : Listed(paths_.sysfs + "/block/" + disk + "/slaves")) {
        const std::optional<std::uint64_t> slave = KeyOf(part);
        if (slave && count < kSgMostSlaves) slaves.slaves[count++] = *slave;
      }
      if (count == 0) continue;
      if (Outcome told = UpdateMap(Map("taught"), &*key, &slaves, MapUpdate::kAny); !told.ok()) {
        return told;
      }
    }
    return Done{};
  }

  // The very disks, wherever they sit. ENOENT when the kernel has not shown one.
  Outcome Fix(const std::set<std::string>& disks) {
    const std::uint32_t yes = 1;
    for (const std::string& disk : disks) {
      const std::optional<std::uint64_t> key = KeyOf(disk);
      if (!key) return MakeFailure(ENOENT, "find " + disk + " in the medium guard");
      if (Outcome told = UpdateMap(Map("fixed"), &*key, &yes, MapUpdate::kAny); !told.ok()) {
        return told;
      }
    }
    return Done{};
  }

 private:
  const Fd& Map(std::string_view name) const {
    return std::ranges::find(maps_, name, &std::pair<const char*, Fd>::first)->second;
  }
  std::optional<std::uint64_t> KeyOf(const std::string& disk) const {
    const std::optional<std::uint32_t> number = NumberOfDisk(paths_, disk);
    return number ? ValueIn<std::uint64_t>(Map("nodes"), *number) : std::nullopt;
  }

  const MediumGuardPaths& paths_;
  std::array<std::pair<const char*, Fd>, 5> maps_{
      {{"places", Fd()}, {"majors", Fd()}, {"nodes", Fd()}, {"taught", Fd()}, {"fixed", Fd()}}};
};

}  // namespace

Outcome TeachMediumGuard(const MediumGuardPaths& paths, const std::set<std::string>& running,
                         const std::vector<Place>& places) {
  Teacher teacher(paths);
  if (Outcome opened = teacher.Open(); !opened.ok()) return opened;
  if (Outcome told = teacher.TeachPlaces(places); !told.ok()) return told;
  if (Outcome shown = teacher.ShowWhatIsThere(); !shown.ok()) return shown;
  if (Outcome told = teacher.TeachStacks(); !told.ok()) return told;
  return teacher.Fix(running);
}

}  // namespace sekisho::platform
