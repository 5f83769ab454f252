#include "platform/linux/inspection/looker.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <memory>

#include "platform/linux/descriptor_fd.h"
#include "platform/linux/uevent.h"

namespace sekisho::platform {

std::optional<std::vector<std::byte>> Looker::Bytes(const std::string& path, std::size_t limit) {
  Result<std::vector<std::byte>> bytes = ReadAt(AT_FDCWD, root_ + path, limit);
  if (bytes.ok()) return std::move(*bytes);
  const int error = bytes.failure().code.value();
  if (error != ENOENT && error != ENOTDIR && error != ESRCH && error != EISDIR) {
    Unseen(path + ": " + bytes.failure().code.message());
  }
  return std::nullopt;
}

std::optional<std::string> Looker::Text(const std::string& path, std::size_t limit) {
  const std::optional<std::vector<std::byte>> bytes = Bytes(path, limit);
  if (!bytes) return std::nullopt;
  std::string text(reinterpret_cast<const char*>(bytes->data()), bytes->size());
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

std::vector<std::string> Looker::Names(const std::string& directory) {
  std::vector<std::string> names;
  const std::unique_ptr<DIR, int (*)(DIR*)> open(opendir((root_ + directory).c_str()), closedir);
  if (!open) {
    if (errno == EACCES || errno == EPERM) Unseen(directory);
    return names;
  }
  while (const dirent* entry = readdir(open.get())) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(name);
  }
  std::ranges::sort(names);
  return names;
}

bool Looker::Exists(const std::string& path) const {
  struct stat status{};
  return stat((root_ + path).c_str(), &status) == 0;
}

std::string Looker::Resolve(const std::string& path) const {
  std::error_code error;
  const std::string root = root_.empty() ? "" : std::filesystem::canonical(root_, error).string();
  const std::string resolved = std::filesystem::canonical(root_ + path, error).string();
  return error || !resolved.starts_with(root) ? "" : resolved.substr(root.size());
}

std::optional<Looker::Status> Looker::Stat(const std::string& path) const {
  struct stat status{};
  if (stat((root_ + path).c_str(), &status) != 0) return std::nullopt;
  return Status{status.st_mode, status.st_uid, static_cast<std::size_t>(status.st_size),
                status.st_mtime};
}

std::optional<std::uint64_t> Looker::FreeBytes(const std::string& path) const {
  struct statvfs status{};
  if (statvfs((root_ + path).c_str(), &status) != 0) return std::nullopt;
  return std::uint64_t{status.f_bavail} * status.f_frsize;
}

const std::map<std::string, std::string>& Looker::Processes() {
  if (!processes_) {
    processes_.emplace();
    for (const std::string& name : Names("/proc")) {
      if (name.find_first_not_of("0123456789") != std::string::npos) continue;
      if (std::optional<std::string> comm = Text("/proc/" + name + "/comm", 64)) {
        processes_->emplace(name, *std::move(comm));
      }
    }
  }
  return *processes_;
}

bool Looker::Runs(std::string_view program) {
  return std::ranges::any_of(Processes(), [&](const auto& each) { return each.second == program; });
}

void Looker::Unseen(std::string what) {
  // One line a kind: hundreds of processes fail for one reason.
  if (what.starts_with("/proc/") && what.size() > 6 && what[6] >= '0' && what[6] <= '9') {
    what = "/proc/PID";
  }
  if (std::ranges::find(unseen_, what) == unseen_.end()) unseen_.push_back(std::move(what));
}

std::string UsbPortOf(const std::string& sysfs_path) {
  std::string port;
  for (const auto& part : std::filesystem::path(sysfs_path)) {
    const std::string name = part.string();
    // A root hub's name is a port path of its own kind.
    if (IsPortPath(name) && !name.starts_with("usb")) port = name;
  }
  return port;
}

}  // namespace sekisho::platform
