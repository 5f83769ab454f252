#include "platform/linux/tpm_device.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

namespace sekisho::platform {
namespace {

constexpr std::size_t kMaxResponse = 4096;
// Tag, and the length of it all, big-endian (TCG part 1, 18.3).
constexpr std::size_t kHeader = 10;
constexpr timeval kSocketLimit{.tv_sec = 10, .tv_usec = 0};

Failure Failed(const std::string& step) {
  return Failure{std::error_code(errno, std::generic_category()), step};
}

class Connection : public TpmConnection {
 public:
  explicit Connection(int fd) : fd_(fd) {}
  ~Connection() override { close(fd_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Result<std::string> Transmit(std::string_view command) override {
    // A device takes a command in one write.
    if (write(fd_, command.data(), command.size()) != static_cast<ssize_t>(command.size())) {
      return Failed("write to the TPM");
    }
    std::string response;
    std::size_t wanted = kHeader;
    while (response.size() < wanted) {
      char buffer[kMaxResponse];
      const ssize_t size = read(fd_, buffer, sizeof buffer);
      if (size < 0 && errno == EINTR) continue;
      if (size == 0) errno = EPIPE;
      if (size <= 0) return Failed("read from the TPM");
      response.append(buffer, static_cast<std::size_t>(size));
      if (response.size() < kHeader) continue;
      wanted = 0;
      for (int i = 2; i < 6; ++i) wanted = wanted << 8 | static_cast<std::uint8_t>(response[i]);
      if (wanted < kHeader || wanted > kMaxResponse) {
        errno = EBADMSG;
        return Failed("the length of the TPM's response");
      }
    }
    return response;
  }

 private:
  const int fd_;
};

}  // namespace

Result<std::unique_ptr<TpmConnection>> LinuxTpmDevice::Open() const {
  struct stat facts{};
  if (stat(path_.c_str(), &facts) != 0) return Failed("stat " + path_);
  if (!S_ISSOCK(facts.st_mode)) {
    const int fd = open(path_.c_str(), O_RDWR | O_CLOEXEC);
    if (fd < 0) return Failed("open " + path_);
    return std::unique_ptr<TpmConnection>(new Connection(fd));
  }
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  if (path_.size() >= sizeof address.sun_path) {
    errno = ENAMETOOLONG;
    return Failed("connect " + path_);
  }
  std::memcpy(address.sun_path, path_.data(), path_.size());
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return Failed("socket");
  auto connection = std::unique_ptr<TpmConnection>(new Connection(fd));
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &kSocketLimit, sizeof kSocketLimit);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return Failed("connect " + path_);
  }
  return connection;
}

}  // namespace sekisho::platform
