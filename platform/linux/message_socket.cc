#include "platform/linux/message_socket.h"

#include <grp.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "platform/linux/descriptor_fd.h"

namespace sekisho::platform {
namespace {

constexpr int kBacklog = 64;
// A whole message and its bookkeeping fit even at the kernel's default wmem_max.
constexpr int kBufferBytes = 2 * static_cast<int>(MessageConnection::kMaxMessage);

class SocketConnection : public MessageConnection {
 public:
  SocketConnection(Fd fd, Peer remote) : fd_(std::move(fd)), remote_(remote) {}
  Waitable Readable() const override { return fd_.get(); }
  Peer Remote() const override { return remote_; }

  Result<std::optional<std::vector<std::byte>>> Receive() override {
    std::byte probe{};
    ssize_t size = -1;
    do {
      // The true length of the next message, whatever the buffer takes; nothing is consumed.
      size = recv(fd_.get(), &probe, 1, MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT);
    } while (size < 0 && errno == EINTR);
    if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      return std::optional<std::vector<std::byte>>();
    }
    if (size < 0 && errno != ECONNRESET) return LastFailure("receive");
    if (size <= 0) return std::optional(std::vector<std::byte>());
    const bool fits = static_cast<std::size_t>(size) <= kMaxMessage;
    std::vector<std::byte> message(fits ? static_cast<std::size_t>(size) : 1);
    ssize_t n = -1;
    do {
      n = recv(fd_.get(), message.data(), message.size(), MSG_DONTWAIT);
    } while (n < 0 && errno == EINTR);
    if (n < 0) return LastFailure("receive");
    if (!fits) return MakeFailure(EMSGSIZE, "receive");
    return std::optional(std::move(message));
  }

  Outcome Send(std::span<const std::byte> message) override {
    // An empty message would read as the end of the stream at the other end.
    if (message.empty()) return MakeFailure(EINVAL, "send an empty message");
    if (message.size() > kMaxMessage) return MakeFailure(EMSGSIZE, "send");
    ssize_t n = -1;
    do {
      n = send(fd_.get(), message.data(), message.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    } while (n < 0 && errno == EINTR);
    if (n < 0) return LastFailure("send");
    return Done{};
  }

 private:
  Fd fd_;
  Peer remote_;
};

Result<std::unique_ptr<MessageConnection>> Adopt(Fd fd) {
  ucred credentials{};
  socklen_t length = sizeof credentials;
  if (getsockopt(fd.get(), SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0) {
    return LastFailure("SO_PEERCRED");
  }
  setsockopt(fd.get(), SOL_SOCKET, SO_SNDBUF, &kBufferBytes, sizeof kBufferBytes);
  return std::unique_ptr<MessageConnection>(std::make_unique<SocketConnection>(
      std::move(fd), Peer{credentials.uid, credentials.gid, credentials.pid}));
}

class SocketListener : public MessageListener {
 public:
  SocketListener(Fd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}
  ~SocketListener() override { unlink(path_.c_str()); }
  Waitable Readable() const override { return fd_.get(); }

  Result<std::unique_ptr<MessageConnection>> Accept() override {
    int fd = -1;
    do {
      fd = accept4(fd_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
      // ECONNABORTED: that one is gone, the next may wait.
    } while (fd < 0 && (errno == EINTR || errno == ECONNABORTED));
    if (fd < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      return std::unique_ptr<MessageConnection>();
    }
    if (fd < 0) return LastFailure("accept at " + path_);
    return Adopt(Fd(fd));
  }

 private:
  Fd fd_;
  std::string path_;
};

Result<sockaddr_un> AddressOf(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return MakeFailure(ENAMETOOLONG, path);
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

}  // namespace

Result<std::unique_ptr<MessageListener>> ListenAt(const std::string& path, SocketAccess access) {
  Result<sockaddr_un> address = AddressOf(path);
  if (!address.ok()) return address.failure();
  if (ConnectTo(path).ok()) return MakeFailure(EADDRINUSE, "listen at " + path);
  struct stat status{};
  if (lstat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode)) unlink(path.c_str());

  Fd fd(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) return LastFailure("socket");
  // Nobody gets in between bind and chmod.
  const mode_t before = umask(0177);
  const int bound =
      bind(fd.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof(sockaddr_un));
  const int error = errno;
  umask(before);
  if (bound != 0) return MakeFailure(error, "bind to " + path);
  if (access.gid && chown(path.c_str(), 0, *access.gid) != 0) return LastFailure("chown " + path);
  if (chmod(path.c_str(), access.mode) != 0) return LastFailure("chmod " + path);
  if (listen(fd.get(), kBacklog) != 0) return LastFailure("listen at " + path);
  return std::unique_ptr<MessageListener>(std::make_unique<SocketListener>(std::move(fd), path));
}

Result<std::unique_ptr<MessageConnection>> ConnectTo(const std::string& path) {
  Result<sockaddr_un> address = AddressOf(path);
  if (!address.ok()) return address.failure();
  Fd fd(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) return LastFailure("socket");
  if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof(sockaddr_un)) != 0) {
    return LastFailure("connect to " + path);
  }
  return Adopt(std::move(fd));
}

Result<unsigned> GroupId(const std::string& name) {
  std::array<char, 16384> buffer;
  group entry{};
  group* found = nullptr;
  const int error = getgrnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
  if (found == nullptr) return MakeFailure(error != 0 ? error : ENOENT, "group " + name);
  return static_cast<unsigned>(entry.gr_gid);
}

Result<unsigned> UserId(const std::string& name) {
  std::array<char, 16384> buffer;
  passwd entry{};
  passwd* found = nullptr;
  const int error = getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
  if (found == nullptr) return MakeFailure(error != 0 ? error : ENOENT, "user " + name);
  return static_cast<unsigned>(entry.pw_uid);
}

}  // namespace sekisho::platform
