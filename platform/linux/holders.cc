#include "platform/linux/holders.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <memory>
#include <optional>
#include <string_view>

#include "platform/linux/descriptor_fd.h"
#include "platform/linux/device_nodes.h"

namespace sekisho::platform {
namespace {

using Directory = std::unique_ptr<DIR, int (*)(DIR*)>;

bool Touches(int process, const std::string& link, const HeldThings& things) {
  struct statx status {};
  if (statx(process, link.c_str(), AT_STATX_DONT_SYNC, STATX_TYPE, &status) != 0) return false;
  if (things.file_systems.contains(makedev(status.stx_dev_major, status.stx_dev_minor))) {
    return true;
  }
  const dev_t node = makedev(status.stx_rdev_major, status.stx_rdev_minor);
  if (S_ISBLK(status.stx_mode)) return things.block_nodes.contains(node);
  if (S_ISCHR(status.stx_mode)) return things.character_nodes.contains(node);
  return false;
}

bool TouchesByDescriptor(int process, const HeldThings& things) {
  Result<Fd> list = OpenAt(process, "fd", O_RDONLY | O_DIRECTORY);
  if (!list.ok()) return false;
  const Directory directory(fdopendir(dup(list->get())), closedir);
  if (!directory) return false;
  while (const dirent* entry = readdir(directory.get())) {
    if (entry->d_name[0] == '.') continue;
    if (Touches(process, std::string("fd/") + entry->d_name, things)) return true;
  }
  return false;
}

// "start-end perms offset MM:mm inode path", numbers in hexadecimal (proc(5)).
bool TouchesByMapping(int process, const HeldThings& things) {
  const Result<std::string> maps = ReadTextAt(process, "maps", std::size_t{64} << 20);
  if (!maps.ok()) return false;
  std::string_view rest = *maps;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    for (int field = 0; field < 3; ++field) {
      const std::size_t space = line.find(' ');
      if (space == std::string_view::npos) break;
      line.remove_prefix(space + 1);
    }
    unsigned major_number = 0;
    unsigned minor_number = 0;
    const char* const stop = line.data() + line.size();
    const auto first = std::from_chars(line.data(), line.data() + line.size(), major_number, 16);
    if (first.ec == std::errc() && first.ptr != stop && *first.ptr == ':') {
      std::from_chars(first.ptr + 1, stop, minor_number, 16);
      const dev_t device = makedev(major_number, minor_number);
      if (device != 0 && things.file_systems.contains(device)) return true;
    }
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  return false;
}

// proc(5): field 22 of stat; the name in parentheses may hold anything.
std::uint64_t StartTime(int process) {
  const Result<std::string> stat = ReadTextAt(process, "stat");
  if (!stat.ok()) return 0;
  std::string_view rest = *stat;
  const std::size_t close = rest.rfind(')');
  if (close == std::string_view::npos) return 0;
  rest.remove_prefix(close + 1);
  for (int field = 2; field < 22; ++field) {
    const std::size_t space = rest.find(' ');
    if (space == std::string_view::npos) return 0;
    rest.remove_prefix(space + 1);
  }
  std::uint64_t started = 0;
  std::from_chars(rest.data(), rest.data() + rest.size(), started);
  return started;
}

std::string ProgramName(int process) {
  std::array<char, 4096> target;
  const ssize_t n = readlinkat(process, "exe", target.data(), target.size());
  if (n > 0) {
    std::string_view path(target.data(), static_cast<std::size_t>(n));
    constexpr std::string_view kDeleted = " (deleted)";
    if (path.ends_with(kDeleted)) path.remove_suffix(kDeleted.size());
    return std::string(path.substr(path.rfind('/') + 1));
  }
  const Result<std::string> name = ReadTextAt(process, "comm", 64);
  return name.ok() ? *name : std::string();
}

Holder Describe(int process, int pid) {
  Holder holder;
  holder.pid = pid;
  struct stat status {};
  if (fstat(process, &status) == 0) holder.uid = status.st_uid;
  holder.program = ProgramName(process);
  holder.started = StartTime(process);
  return holder;
}

std::optional<Holder> AsHolder(int process, int pid, const HeldThings& things) {
  const bool holds = Touches(process, "cwd", things) || Touches(process, "root", things) ||
                     Touches(process, "exe", things) || TouchesByDescriptor(process, things) ||
                     TouchesByMapping(process, things);
  if (!holds) return std::nullopt;
  return Describe(process, pid);
}

}  // namespace

Result<std::vector<Holder>> FindHolders(const std::string& proc, const HeldThings& things) {
  const Directory directory(opendir(proc.c_str()), closedir);
  if (!directory) return LastFailure("list " + proc);
  std::vector<Holder> holders;
  while (const dirent* entry = readdir(directory.get())) {
    const std::string_view name = entry->d_name;
    int pid = 0;
    const auto parsed = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (parsed.ec != std::errc() || parsed.ptr != name.data() + name.size()) continue;
    if (pid == getpid() || things.left_out.contains(pid)) continue;
    Result<Fd> process = OpenAt(dirfd(directory.get()), std::string(name), O_RDONLY | O_DIRECTORY);
    if (!process.ok()) continue;  // it ended
    if (std::optional<Holder> holder = AsHolder(process->get(), pid, things)) {
      holders.push_back(std::move(*holder));
    }
  }
  return holders;
}

Result<Holder> DescribeProcess(const std::string& proc, int pid) {
  const std::string path = proc + "/" + std::to_string(pid);
  Result<Fd> process = OpenAt(AT_FDCWD, path, O_RDONLY | O_DIRECTORY);
  Holder found;
  if (process.ok()) found = Describe(process->get(), pid);
  if (found.started == 0) return MakeFailure(ESRCH, "look at process " + std::to_string(pid));
  return found;
}

Outcome EndHolder(const std::string& proc, const Holder& holder, Media::Force force) {
  const std::string step = "end process " + std::to_string(holder.pid);
  if (holder.pid <= 1 || holder.pid == getpid()) return MakeFailure(EPERM, step);
  const Fd handle(static_cast<int>(syscall(SYS_pidfd_open, holder.pid, 0)));
  if (!handle) return LastFailure(step);
  // The handle is on whoever has the pid now: only if that started when the holder did is it the
  // holder.
  Result<Fd> process =
      OpenAt(AT_FDCWD, proc + "/" + std::to_string(holder.pid), O_RDONLY | O_DIRECTORY);
  if (!process.ok() || StartTime(process->get()) != holder.started) {
    return MakeFailure(ESRCH, step);
  }
  const int signal = force == Media::Force::kKill ? SIGKILL : SIGTERM;
  if (syscall(SYS_pidfd_send_signal, handle.get(), signal, nullptr, 0) != 0) {
    return LastFailure(step);
  }
  return Done{};
}

}  // namespace sekisho::platform
