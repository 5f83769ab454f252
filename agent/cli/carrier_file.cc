#include "agent/cli/carrier_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>
#include <vector>

namespace sekisho::cli {
namespace {

std::string Reason(int error) { return std::strerror(error); }

// Closes what it holds.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

int WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  // A stick that is pulled out next must have it.
  return ::fsync(fd) == 0 ? 0 : errno;
}

}  // namespace

std::optional<std::string> WriteCarrierFile(const std::string& path, std::string_view content) {
  std::string beside = path + ".XXXXXX";
  // mkostemp makes it 0600.
  const Descriptor file(::mkostemp(beside.data(), O_CLOEXEC));
  if (file.get() < 0) return Reason(errno);
  int error = WriteAll(file.get(), content);
  if (error == 0 && ::rename(beside.c_str(), path.c_str()) != 0) error = errno;
  if (error == 0) return std::nullopt;
  ::unlink(beside.c_str());
  return Reason(error);
}

CarrierFile ReadCarrierFile(const std::string& path, std::size_t limit) {
  // A pipe or a device that somebody put there must not hold root up.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  struct stat info{};
  if (file.get() < 0 || ::fstat(file.get(), &info) != 0) return {"", Reason(errno)};
  if (!S_ISREG(info.st_mode)) return {"", Reason(EINVAL)};
  if (static_cast<std::size_t>(info.st_size) > limit) return {"", Reason(EFBIG)};
  std::string content(limit + 1, '\0');
  std::size_t size = 0;
  while (size < content.size()) {
    const ssize_t got = ::read(file.get(), content.data() + size, content.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return {"", Reason(errno)};
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > limit) return {"", Reason(EFBIG)};
  content.resize(size);
  return {std::move(content), std::nullopt};
}

}  // namespace sekisho::cli
