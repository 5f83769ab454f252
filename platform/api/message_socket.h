#ifndef SEKISHO_PLATFORM_API_MESSAGE_SOCKET_H_
#define SEKISHO_PLATFORM_API_MESSAGE_SOCKET_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "platform/api/event_loop.h"
#include "platform/api/result.h"

namespace sekisho::platform {

// Who is at the other end, as the OS vouches (Linux: SO_PEERCRED; Windows: the pipe client's
// token).
struct Peer {
  unsigned uid = 0;
  unsigned gid = 0;
  int pid = 0;
};

// Messages of at most kMaxMessage bytes, whole or not at all (Linux: SOCK_SEQPACKET; Windows: a
// message-mode named pipe).
class MessageConnection {
 public:
  static constexpr std::size_t kMaxMessage = 192 * 1024;
  virtual ~MessageConnection() = default;
  virtual Waitable Readable() const = 0;
  virtual Peer Remote() const = 0;
  // nullopt: nothing now. An empty vector: the other end is gone. A message above kMaxMessage is a
  // failure (EMSGSIZE).
  virtual Result<std::optional<std::vector<std::byte>>> Receive() = 0;
  // Never blocks; EAGAIN when the other end does not read.
  virtual Outcome Send(std::span<const std::byte> message) = 0;
};

class MessageListener {
 public:
  virtual ~MessageListener() = default;
  virtual Waitable Readable() const = 0;
  // nullptr: nobody is waiting.
  virtual Result<std::unique_ptr<MessageConnection>> Accept() = 0;
};

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_API_MESSAGE_SOCKET_H_
