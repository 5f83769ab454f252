#ifndef SEKISHO_CONSOLE_POSIX_FD_H_
#define SEKISHO_CONSOLE_POSIX_FD_H_

#include <unistd.h>

#include <utility>

namespace sekisho::console {

// Owns a file descriptor, or -1 when it could not be opened; errno is then still the open's.
class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {}
  ~Fd() {
    if (fd_ >= 0) ::close(fd_);
  }
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

}  // namespace sekisho::console

#endif  // SEKISHO_CONSOLE_POSIX_FD_H_
