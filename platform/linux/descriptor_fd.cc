#include "platform/linux/descriptor_fd.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace sekisho::platform {

void Fd::Reset() {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
}

Failure MakeFailure(int error, std::string step) {
  return {std::error_code(error, std::generic_category()), std::move(step)};
}

Failure LastFailure(std::string step) { return MakeFailure(errno, std::move(step)); }

Result<Fd> OpenAt(int directory, const std::string& path, int flags) {
  int fd = -1;
  do {
    fd = openat(directory, path.c_str(), flags | O_CLOEXEC);
  } while (fd < 0 && errno == EINTR);
  if (fd < 0) return LastFailure("open " + path);
  return Fd(fd);
}

Result<std::vector<std::byte>> ReadAt(int directory, const std::string& path, std::size_t limit) {
  Result<Fd> fd = OpenAt(directory, path, O_RDONLY);
  if (!fd.ok()) return fd.failure();
  std::vector<std::byte> content;
  std::size_t used = 0;
  for (;;) {
    // One byte above the limit tells "exactly full" from "too big".
    content.resize(std::min(limit + 1, used + 4096));
    const ssize_t n = read(fd->get(), content.data() + used, content.size() - used);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return LastFailure("read " + path);
    if (n == 0) break;
    used += static_cast<std::size_t>(n);
    if (used > limit) return MakeFailure(EFBIG, "read " + path);
  }
  content.resize(used);
  return content;
}

Result<std::string> ReadTextAt(int directory, const std::string& path, std::size_t limit) {
  Result<std::vector<std::byte>> bytes = ReadAt(directory, path, limit);
  if (!bytes.ok()) return bytes.failure();
  std::string text(reinterpret_cast<const char*>(bytes->data()), bytes->size());
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

Outcome WriteAt(int directory, const std::string& path, std::string_view value) {
  Result<Fd> fd = OpenAt(directory, path, O_WRONLY);
  if (!fd.ok()) return fd.failure();
  ssize_t n = -1;
  do {
    n = write(fd->get(), value.data(), value.size());
  } while (n < 0 && errno == EINTR);
  if (n < 0) return LastFailure("write " + path);
  if (static_cast<std::size_t>(n) != value.size()) return MakeFailure(EIO, "write " + path);
  return Done{};
}

}  // namespace sekisho::platform
