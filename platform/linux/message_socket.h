#ifndef SEKISHO_PLATFORM_LINUX_MESSAGE_SOCKET_H_
#define SEKISHO_PLATFORM_LINUX_MESSAGE_SOCKET_H_

#include <memory>
#include <optional>
#include <string>

#include "platform/api/message_socket.h"

namespace sekisho::platform {

// Who may connect: the socket's mode bits, and its group when that is not the process's own.
struct SocketAccess {
  unsigned mode = 0600;
  std::optional<unsigned> gid;
};

// SOCK_SEQPACKET at `path`. Replaces a socket that a dead process left there; EADDRINUSE when
// somebody listens. The path is removed again when the listener is destroyed.
Result<std::unique_ptr<MessageListener>> ListenAt(const std::string& path, SocketAccess access);

// ENOENT or ECONNREFUSED when nobody listens; never waits for longer than the other's backlog
// takes (EAGAIN when that is full).
Result<std::unique_ptr<MessageConnection>> ConnectTo(const std::string& path);

// The gid of a group by name; ENOENT when there is none.
Result<unsigned> GroupId(const std::string& name);
// The uid of a user by name; ENOENT when there is none.
Result<unsigned> UserId(const std::string& name);

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_MESSAGE_SOCKET_H_
