#include "console/pki/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "console/posix_fd.h"

namespace sekisho::console::pki {
namespace {

constexpr off_t kMaxFileBytes = 1 << 20;

absl::Status ErrnoStatus(const std::string& path) {
  const std::string message = absl::StrCat(path, ": ", std::strerror(errno));
  if (errno == ENOENT) return absl::NotFoundError(message);
  if (errno == EEXIST) return absl::AlreadyExistsError(message);
  if (errno == EACCES || errno == EPERM) return absl::PermissionDeniedError(message);
  return absl::InternalError(message);
}

absl::Status WriteAll(int fd, const std::string& bytes, const std::string& path) {
  std::size_t written = 0;
  while (written < bytes.size()) {
    const ssize_t n = ::write(fd, bytes.data() + written, bytes.size() - written);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return ErrnoStatus(path);
    written += static_cast<std::size_t>(n);
  }
  if (::fsync(fd) != 0) return ErrnoStatus(path);
  return absl::OkStatus();
}

}  // namespace

absl::Status WriteSecretFile(const std::string& path, const std::string& bytes, Existing existing) {
  const std::string temporary = absl::StrCat(path, ".new");
  {
    ::unlink(temporary.c_str());
    const Fd fd(
        ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (fd.get() < 0) return ErrnoStatus(temporary);
    if (absl::Status status = WriteAll(fd.get(), bytes, temporary); !status.ok()) return status;
  }
  if (existing == Existing::kRefuse) {
    // link(2) fails when the name is taken; rename(2) would replace it.
    const int linked = ::link(temporary.c_str(), path.c_str());
    const absl::Status status = linked == 0 ? absl::OkStatus() : ErrnoStatus(path);
    ::unlink(temporary.c_str());
    if (!status.ok()) return status;
  } else if (::rename(temporary.c_str(), path.c_str()) != 0) {
    return ErrnoStatus(path);
  }
  const std::string folder = std::filesystem::path(path).parent_path().string();
  const Fd directory(
      ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() < 0 || ::fsync(directory.get()) != 0) return ErrnoStatus(folder);
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReadSecretFile(const std::string& path) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (fd.get() < 0) return ErrnoStatus(path);
  struct stat info{};
  if (::fstat(fd.get(), &info) != 0) return ErrnoStatus(path);
  if ((info.st_mode & 077) != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, " may be read by others: chmod 600 ", path));
  }
  if (info.st_size > kMaxFileBytes) {
    return absl::InvalidArgumentError(absl::StrCat(path, " is too large"));
  }
  std::string bytes(static_cast<std::size_t>(info.st_size), '\0');
  std::size_t read = 0;
  while (read < bytes.size()) {
    const ssize_t n = ::read(fd.get(), bytes.data() + read, bytes.size() - read);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return ErrnoStatus(path);
    read += static_cast<std::size_t>(n);
  }
  return bytes;
}

}  // namespace sekisho::console::pki
