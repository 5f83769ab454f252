#ifndef SEKISHO_PLATFORM_LINUX_DESCRIPTOR_FD_H_
#define SEKISHO_PLATFORM_LINUX_DESCRIPTOR_FD_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/api/result.h"

namespace sekisho::platform {

// Owns a file descriptor.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) {
      Reset();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  ~Fd() { Reset(); }
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  void Reset();
  int fd_ = -1;
};

// errno as it stands, and the step that set it.
Failure LastFailure(std::string step);
Failure MakeFailure(int error, std::string step);

// openat with O_CLOEXEC, retried on EINTR.
Result<Fd> OpenAt(int directory, const std::string& path, int flags);

// A whole file, as sysfs and procfs give it; EFBIG above `limit` bytes.
Result<std::vector<std::byte>> ReadAt(int directory, const std::string& path, std::size_t limit);

// The same as text, without trailing line ends.
Result<std::string> ReadTextAt(int directory, const std::string& path, std::size_t limit = 4096);

// One write() of all of `value`: what a sysfs attribute wants.
Outcome WriteAt(int directory, const std::string& path, std::string_view value);

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_DESCRIPTOR_FD_H_
