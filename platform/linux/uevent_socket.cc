#include "platform/linux/uevent_socket.h"

#include <linux/netlink.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "platform/linux/uevent.h"

namespace sekisho::platform {

bool IsKernel(const NetlinkSender& sender) {
  return sender.credentials == NetlinkSender::Credentials::kPresent && sender.port_id == 0 &&
         sender.pid == 0 && sender.uid == 0 && sender.groups == 1;
}

Result<UeventSocket> UeventSocket::Open(int receive_buffer) {
  Fd fd(socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT));
  if (!fd) return LastFailure("socket NETLINK_KOBJECT_UEVENT");
  if (setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUFFORCE, &receive_buffer, sizeof receive_buffer) !=
          0 &&
      setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer) != 0) {
    return LastFailure("setsockopt SO_RCVBUFFORCE");
  }
  const int on = 1;
  if (setsockopt(fd.get(), SOL_SOCKET, SO_PASSCRED, &on, sizeof on) != 0) {
    return LastFailure("setsockopt SO_PASSCRED");
  }
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = 1;
  if (bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return LastFailure("bind to the uevent group");
  }
  return UeventSocket(std::move(fd));
}

Result<UeventSocket::Received> UeventSocket::Receive() {
  std::array<std::byte, kMaxUeventBytes> buffer;
  sockaddr_nl from{};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(ucred))> control{};
  iovec vector{buffer.data(), buffer.size()};
  msghdr message{};
  message.msg_name = &from;
  message.msg_namelen = sizeof from;
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  ssize_t n = -1;
  do {
    n = recvmsg(fd_.get(), &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  } while (n < 0 && errno == EINTR);
  if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return Received(Nothing{});
  if (n < 0 && errno == ENOBUFS) return Received(Overrun{});
  if (n < 0) return LastFailure("receive a uevent");

  NetlinkSender sender;
  sender.port_id = from.nl_pid;
  sender.groups = from.nl_groups;
  for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
    if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_CREDENTIALS) continue;
    ucred credentials{};
    std::memcpy(&credentials, CMSG_DATA(c), sizeof credentials);
    sender.pid = credentials.pid;
    sender.uid = credentials.uid;
    sender.credentials = NetlinkSender::Credentials::kPresent;
  }
  if (!IsKernel(sender) || (message.msg_flags & MSG_TRUNC) != 0) return Received(Forged{});
  return Received(std::vector<std::byte>(buffer.begin(), buffer.begin() + n));
}

}  // namespace sekisho::platform
