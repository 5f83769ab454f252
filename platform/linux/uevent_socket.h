#ifndef SEKISHO_PLATFORM_LINUX_UEVENT_SOCKET_H_
#define SEKISHO_PLATFORM_LINUX_UEVENT_SOCKET_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "platform/api/result.h"
#include "platform/linux/descriptor_fd.h"

namespace sekisho::platform {

// Who sent a datagram, as the kernel vouches for it.
struct NetlinkSender {
  std::uint32_t port_id = 0;  // sockaddr_nl.nl_pid: 0 is the kernel
  std::uint32_t groups = 0;   // sockaddr_nl.nl_groups: 1 is the kernel's own uevent group
  int pid = 0;                // SCM_CREDENTIALS; 0 is the kernel
  unsigned uid = 0;
  enum class Credentials { kMissing, kPresent } credentials = Credentials::kMissing;
};

// Pure: whether a datagram of that sender is the kernel's word.
bool IsKernel(const NetlinkSender& sender);

// The kernel's uevents (NETLINK_KOBJECT_UEVENT, group 1).
class UeventSocket {
 public:
  struct Nothing {};  // the queue is empty
  struct Forged {};   // a datagram that the kernel did not send, or truncated
  struct Overrun {};  // ENOBUFS: the kernel dropped some
  using Received = std::variant<Nothing, Forged, Overrun, std::vector<std::byte>>;

  // `receive_buffer` in bytes, forced past rmem_max (needs CAP_NET_ADMIN; as big as allowed
  // without).
  static Result<UeventSocket> Open(int receive_buffer = 16 * 1024 * 1024);
  int fd() const { return fd_.get(); }
  Result<Received> Receive();

 private:
  explicit UeventSocket(Fd fd) : fd_(std::move(fd)) {}
  Fd fd_;
};

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_UEVENT_SOCKET_H_
