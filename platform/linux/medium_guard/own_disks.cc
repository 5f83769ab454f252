#include "platform/linux/medium_guard/own_disks.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <optional>

#include "platform/linux/descriptor_fd.h"
#include "platform/linux/device_nodes.h"
#include "platform/linux/mounts.h"

namespace sekisho::platform {
namespace {

constexpr std::string_view kHeader = "sekisho-own-disks 1";
constexpr std::size_t kMostText = 1 << 20;
// Stacks are a few deep; a loop of links ends here.
constexpr int kDeepest = 16;

std::optional<std::string> Resolve(const std::string& path) {
  const std::unique_ptr<char, decltype(&free)> resolved(realpath(path.c_str(), nullptr), free);
  if (!resolved) return std::nullopt;
  return std::string(resolved.get());
}

bool Exists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

std::string BaseName(const std::string& path) { return path.substr(path.rfind('/') + 1); }

std::vector<std::string> Listed(const std::string& directory) {
  std::vector<std::string> names;
  const std::unique_ptr<DIR, int (*)(DIR*)> open(opendir(directory.c_str()), closedir);
  if (!open) return names;
  while (const dirent* entry = readdir(open.get())) {
    if (entry->d_name[0] != '.') names.emplace_back(entry->d_name);
  }
  std::ranges::sort(names);
  return names;
}

std::vector<std::string> Words(std::string_view line) {
  std::vector<std::string> words;
  std::size_t at = 0;
  while (at < line.size()) {
    at = line.find_first_not_of(" \t", at);
    if (at == std::string_view::npos) break;
    const std::size_t end = std::min(line.find_first_of(" \t", at), line.size());
    words.emplace_back(line.substr(at, end - at));
    at = end;
  }
  return words;
}

std::vector<std::string> Lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

std::string TextOf(const std::string& path) {
  Result<std::string> text = ReadTextAt(AT_FDCWD, path, kMostText);
  return text.ok() ? *text : "";
}

// The whole disk's directory, of a disk or a partition.
std::optional<std::string> WholeDisk(const std::string& directory) {
  if (!Exists(directory + "/partition")) return directory;
  return directory.substr(0, directory.rfind('/'));
}

Outcome Descend(const MachinePaths& paths, const std::string& disk, int depth,
                std::set<std::string>& found) {
  if (depth > kDeepest) return MakeFailure(ELOOP, "look beneath " + disk);
  const std::optional<std::string> directory = Resolve(paths.sysfs + "/class/block/" + disk);
  if (!directory) return MakeFailure(ENOENT, "look beneath " + disk);
  const std::string whole = *WholeDisk(*directory);
  const std::vector<std::string> slaves = Listed(whole + "/slaves");
  for (const std::string& slave : slaves) {
    if (Outcome descended = Descend(paths, slave, depth + 1, found); !descended.ok()) {
      return descended;
    }
  }
  if (!slaves.empty()) return Done{};
  const std::string name = BaseName(whole);
  for (const std::string_view made : {"dm-", "loop", "zram", "ram", "md"}) {
    if (name.starts_with(made) && whole.find("/virtual/") != std::string::npos) return Done{};
  }
  found.insert(name);
  return Done{};
}

// The disk that a node, or a link to one, stands for: by its name, or by its number.
std::optional<std::string> DiskOfNode(const MachinePaths& paths, const std::string& node) {
  const std::optional<std::string> path = Resolve(node);
  if (!path) return std::nullopt;
  const std::optional<std::string> known = Resolve(paths.sysfs + "/class/block/" + BaseName(*path));
  if (known) return BaseName(*WholeDisk(*known));
  struct stat facts{};
  if (stat(path->c_str(), &facts) != 0 || !S_ISBLK(facts.st_mode)) return std::nullopt;
  Result<std::string> disk = DiskOf(paths, facts.st_rdev);
  return disk.ok() ? std::optional(*disk) : std::nullopt;
}

// The disk that holds what a mount shows. btrfs and its like have a number of their own, and say
// in sysfs what they are made of.
Result<std::set<std::string>> BeneathMount(const MachinePaths& paths, const MountLine& mount) {
  std::set<std::string> found;
  if (major(mount.device) != 0) {
    Result<std::string> disk = DiskOf(paths, mount.device);
    if (!disk.ok()) return disk.failure();
    return DisksBeneath(paths, *disk);
  }
  const std::string source = BaseName(Resolve(mount.source).value_or(mount.source));
  for (const std::string& volume : Listed(paths.sysfs + "/fs/btrfs")) {
    const std::string devices = paths.sysfs + "/fs/btrfs/" + volume + "/devices";
    const std::vector<std::string> parts = Listed(devices);
    if (std::ranges::find(parts, source) == parts.end()) continue;
    for (const std::string& part : parts) {
      if (Outcome descended = Descend(paths, part, 0, found); !descended.ok()) {
        return descended.failure();
      }
    }
  }
  if (found.empty()) return MakeFailure(ENODATA, "find the disk beneath " + mount.point);
  return found;
}

// "UUID=…", "/dev/…" and so on, as fstab(5) has them.
std::optional<std::string> NodeOf(const MachinePaths& paths, std::string specification) {
  std::erase(specification, '"');
  for (const auto& [tag, folder] : {std::pair<std::string_view, std::string_view>{"UUID=", "uuid"},
                                    {"LABEL=", "label"},
                                    {"PARTUUID=", "partuuid"},
                                    {"PARTLABEL=", "partlabel"},
                                    {"ID=", "id"}}) {
    if (specification.starts_with(tag)) {
      return paths.dev + "/disk/by-" + std::string(folder) + "/" + specification.substr(tag.size());
    }
  }
  if (!specification.starts_with("/dev/")) return std::nullopt;
  return paths.dev + specification.substr(4);
}

const char* WordOf(Pullable pullable) {
  switch (pullable) {
    case Pullable::kNo:
      return "";
    case Pullable::kUsb:
      return "USB";
    case Pullable::kOptical:
      return "optical";
    case Pullable::kCard:
      return "card";
    case Pullable::kRemovable:
      return "removable";
    case Pullable::kNumbered:
      return "no place of its own";
  }
  return "";
}

}  // namespace

Result<std::string> DiskOf(const MachinePaths& paths, dev_t number) {
  const std::string link = paths.sysfs + "/dev/block/" + std::to_string(major(number)) + ":" +
                           std::to_string(minor(number));
  const std::optional<std::string> directory = Resolve(link);
  if (!directory) return MakeFailure(ENOENT, "find the disk " + link);
  return BaseName(*WholeDisk(*directory));
}

Result<std::set<std::string>> DisksBeneath(const MachinePaths& paths, const std::string& disk) {
  std::set<std::string> found;
  if (Outcome descended = Descend(paths, disk, 0, found); !descended.ok()) {
    return descended.failure();
  }
  return found;
}

Result<std::set<std::string>> RunningDisks(const MachinePaths& paths) {
  const std::vector<MountLine> mounts = ParseMountInfo(TextOf(paths.proc + "/self/mountinfo"));
  std::optional<MountLine> root;
  for (const MountLine& mount : mounts) {
    if (mount.point == "/") root = mount;
  }
  if (!root) return MakeFailure(ENODATA, "find what is mounted at /");
  Result<std::set<std::string>> disks = BeneathMount(paths, *root);
  if (!disks.ok()) return disks.failure();
  if (disks->empty()) return MakeFailure(ENODATA, "find the disk beneath /");
  for (const std::string& line : Lines(TextOf(paths.proc + "/swaps"))) {
    const std::vector<std::string> words = Words(line);
    if (words.size() < 2 || words[1] != "partition") continue;
    const std::optional<std::string> node = NodeOf(paths, words[0]);
    const std::optional<std::string> disk = node ? DiskOfNode(paths, *node) : std::nullopt;
    if (!disk) continue;
    Result<std::set<std::string>> beneath = DisksBeneath(paths, *disk);
    if (beneath.ok()) disks->insert(beneath->begin(), beneath->end());
  }
  return disks;
}

Result<Place> PlaceOfDisk(const MachinePaths& paths, const std::string& disk) {
  const std::optional<std::string> directory = Resolve(paths.sysfs + "/class/block/" + disk);
  const std::optional<std::string> sysfs = Resolve(paths.sysfs);
  if (!directory || !sysfs) return MakeFailure(ENOENT, "find the place of " + disk);
  Result<Place> place = PlaceOf(*sysfs, *directory);
  if (!place.ok()) return place.failure();
  return place;
}

Pullable HowPullable(const MachinePaths& paths, const std::string& disk) {
  const std::string directory = Resolve(paths.sysfs + "/class/block/" + disk).value_or(paths.sysfs);
  for (std::size_t at = directory.find("/usb"); at != std::string::npos;
       at = directory.find("/usb", at + 1)) {
    if (at + 4 < directory.size() && directory[at + 4] >= '0' && directory[at + 4] <= '9') {
      return Pullable::kUsb;
    }
  }
  if (disk.starts_with("sr") || disk.starts_with("fd")) return Pullable::kOptical;
  if (TextOf(directory + "/device/type") == "SD") return Pullable::kCard;
  if (TextOf(directory + "/removable") == "1") return Pullable::kRemovable;
  if (directory.find("/virtual/") != std::string::npos) return Pullable::kNumbered;
  return Pullable::kNo;
}

OwnPlaces PlacesOfTables(const MachinePaths& paths) {
  std::set<std::string> specifications;
  for (const auto& [table, column] :
       {std::pair<const std::string&, std::size_t>{paths.fstab, 0}, {paths.crypttab, 1}}) {
    for (const std::string& line : Lines(TextOf(table))) {
      const std::vector<std::string> words = Words(line);
      if (words.size() <= column || words[0].starts_with('#')) continue;
      specifications.insert(words[column]);
    }
  }
  std::set<std::string> disks;
  for (const std::string& specification : specifications) {
    const std::optional<std::string> node = NodeOf(paths, specification);
    const std::optional<std::string> disk = node ? DiskOfNode(paths, *node) : std::nullopt;
    if (!disk) continue;
    Result<std::set<std::string>> beneath = DisksBeneath(paths, *disk);
    if (beneath.ok()) disks.insert(beneath->begin(), beneath->end());
  }
  OwnPlaces own;
  for (const std::string& disk : disks) {
    const Pullable pullable = HowPullable(paths, disk);
    Result<Place> place = PlaceOfDisk(paths, disk);
    if (pullable != Pullable::kNo || !place.ok()) {
      own.left_out.push_back(disk + " (" + WordOf(pullable) + ")");
    } else {
      own.places.push_back(*place);
    }
  }
  return own;
}

std::string WriteOwnDisks(const std::vector<Place>& places) {
  std::string text = std::string(kHeader) + "\n";
  for (const Place& place : places) text += place + "\n";
  return text;
}

std::vector<Place> ParseOwnDisks(std::string_view text) {
  std::vector<Place> places;
  const std::vector<std::string> lines = Lines(text);
  if (lines.empty() || lines[0] != kHeader) return {};
  for (std::size_t i = 1; i < lines.size(); ++i) {
    if (lines[i].empty() || lines[i].starts_with('#')) continue;
    if (lines[i].find_first_of(" \t") != std::string::npos) return {};
    places.push_back(lines[i]);
  }
  return places;
}

std::vector<Place> RecordedPlaces(const MachinePaths& paths) {
  return ParseOwnDisks(TextOf(paths.own_disks));
}

}  // namespace sekisho::platform
