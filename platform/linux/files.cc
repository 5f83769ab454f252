#include "platform/linux/files.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "platform/linux/descriptor_fd.h"

namespace sekisho::platform {
namespace {

std::string DirectoryOf(const std::string& path) {
  std::string directory = std::filesystem::path(path).parent_path().string();
  return directory.empty() ? "." : directory;
}

Outcome SyncDirectory(const std::string& directory) {
  Result<Fd> fd = OpenAt(AT_FDCWD, directory, O_RDONLY | O_DIRECTORY);
  if (!fd.ok()) return fd.failure();
  if (fsync(fd->get()) != 0) return LastFailure("fsync " + directory);
  return Done{};
}

Outcome WriteAll(int fd, std::span<const std::byte> content, const std::string& path) {
  while (!content.empty()) {
    const ssize_t n = write(fd, content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return LastFailure("write " + path);
    content = content.subspan(static_cast<std::size_t>(n));
  }
  return Done{};
}

}  // namespace

Result<std::vector<std::byte>> LinuxFiles::Read(const std::string& path, std::size_t limit) {
  Result<Fd> fd = OpenAt(AT_FDCWD, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  if (!fd.ok()) return fd.failure();
  struct stat status{};
  if (fstat(fd->get(), &status) != 0) return LastFailure("stat " + path);
  if (!S_ISREG(status.st_mode)) return MakeFailure(EINVAL, path + " is not a regular file");
  if (static_cast<std::size_t>(status.st_size) > limit) return MakeFailure(EFBIG, "read " + path);
  return ReadAt(AT_FDCWD, "/proc/self/fd/" + std::to_string(fd->get()), limit);
}

Outcome LinuxFiles::Replace(const std::string& path, std::span<const std::byte> content,
                            FileMode mode) {
  const mode_t bits = mode == FileMode::kOwnerOnly ? 0600 : 0644;
  std::string temporary = path + ".new.XXXXXX";
  Fd fd(mkostemp(temporary.data(), O_CLOEXEC));
  if (!fd) return LastFailure("create " + temporary);
  Outcome outcome = WriteAll(fd.get(), content, temporary);
  if (outcome.ok() && fchmod(fd.get(), bits) != 0) outcome = LastFailure("chmod " + temporary);
  if (outcome.ok() && fsync(fd.get()) != 0) outcome = LastFailure("fsync " + temporary);
  if (outcome.ok() && rename(temporary.c_str(), path.c_str()) != 0) {
    outcome = LastFailure("rename to " + path);
  }
  if (!outcome.ok()) {
    unlink(temporary.c_str());
    return outcome;
  }
  return SyncDirectory(DirectoryOf(path));
}

Result<std::string> LinuxFiles::SetAside(const std::string& path, const std::string& cause) {
  std::string word;
  for (const char c : cause.substr(0, 40)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    word += plain ? c : '-';
  }
  const time_t now = time(nullptr);
  tm utc{};
  gmtime_r(&now, &utc);
  std::array<char, 32> stamp{};
  strftime(stamp.data(), stamp.size(), "%Y%m%dT%H%M%SZ", &utc);
  const std::string base = path + ".set-aside." + word + "." + stamp.data();
  std::string aside = base;
  for (int n = 2; n < 1000; ++n) {
    if (renameat2(AT_FDCWD, path.c_str(), AT_FDCWD, aside.c_str(), RENAME_NOREPLACE) == 0) {
      if (Outcome synced = SyncDirectory(DirectoryOf(path)); !synced.ok()) return synced.failure();
      return aside;
    }
    if (errno != EEXIST) break;
    aside = base + "." + std::to_string(n);
  }
  return LastFailure("rename " + path);
}

Outcome LinuxFiles::Remove(const std::string& path) {
  if (unlink(path.c_str()) != 0) return LastFailure("unlink " + path);
  return SyncDirectory(DirectoryOf(path));
}

}  // namespace sekisho::platform
