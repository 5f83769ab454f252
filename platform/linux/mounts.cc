#include "platform/linux/mounts.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <charconv>
#include <memory>
#include <optional>

#include "platform/linux/device_nodes.h"

namespace sekisho::platform {
namespace {

// mountinfo writes space, tab, newline and backslash as \ooo.
std::string Unescape(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto octal = [&](std::size_t at) { return text[at] >= '0' && text[at] <= '7'; };
    if (text[i] == '\\' && i + 3 < text.size() && octal(i + 1) && octal(i + 2) && octal(i + 3)) {
      plain += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 +
                                 (text[i + 3] - '0'));
      i += 3;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

std::vector<std::string_view> Fields(std::string_view line) {
  std::vector<std::string_view> fields;
  while (!line.empty()) {
    const std::size_t space = line.find(' ');
    if (space != 0) fields.push_back(line.substr(0, space));
    if (space == std::string_view::npos) break;
    line.remove_prefix(space + 1);
  }
  return fields;
}

std::optional<MountLine> ParseLine(std::string_view line) {
  const std::vector<std::string_view> fields = Fields(line);
  if (fields.size() < 10) return std::nullopt;
  // Optional fields end with a "-"; the type and the source follow.
  std::size_t dash = 6;
  while (dash < fields.size() && fields[dash] != "-") ++dash;
  if (dash + 2 >= fields.size()) return std::nullopt;
  MountLine mount;
  const auto id = std::from_chars(fields[0].data(), fields[0].data() + fields[0].size(), mount.id);
  if (id.ec != std::errc()) return std::nullopt;
  mount.device = ParseDeviceNumber(std::string(fields[2]));
  mount.root = Unescape(fields[3]);
  mount.point = Unescape(fields[4]);
  mount.source = Unescape(fields[dash + 2]);
  return mount;
}

}  // namespace

std::vector<MountLine> ParseMountInfo(std::string_view text) {
  std::vector<MountLine> mounts;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (std::optional<MountLine> mount = ParseLine(text.substr(0, end))) {
      mounts.push_back(std::move(*mount));
    }
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return mounts;
}

Result<std::vector<MountNamespace>> MountNamespaces(const std::string& proc) {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(opendir(proc.c_str()), closedir);
  if (!directory) return LastFailure("list " + proc);
  std::vector<MountNamespace> namespaces;
  std::set<ino_t> seen;
  while (const dirent* entry = readdir(directory.get())) {
    const std::string_view name = entry->d_name;
    int pid = 0;
    const auto parsed = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (parsed.ec != std::errc() || parsed.ptr != name.data() + name.size()) continue;
    Result<Fd> handle = OpenAt(AT_FDCWD, proc + "/" + std::string(name) + "/ns/mnt", O_RDONLY);
    struct stat status {};
    if (!handle.ok() || fstat(handle->get(), &status) != 0) continue;  // it ended
    if (!seen.insert(status.st_ino).second) continue;
    namespaces.push_back({status.st_ino, pid, std::move(*handle)});
  }
  return namespaces;
}

bool Shows(const MountLine& mount, const std::set<dev_t>& block_devices) {
  if (block_devices.contains(mount.device)) return true;
  struct stat status {};
  return mount.source.starts_with("/dev/") && stat(mount.source.c_str(), &status) == 0 &&
         S_ISBLK(status.st_mode) && block_devices.contains(status.st_rdev);
}

}  // namespace sekisho::platform
