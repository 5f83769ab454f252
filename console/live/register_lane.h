#ifndef SEKISHO_CONSOLE_LIVE_REGISTER_LANE_H_
#define SEKISHO_CONSOLE_LIVE_REGISTER_LANE_H_

#include <cstdint>
#include <functional>
#include <mutex>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace sekisho::console::live {

// How far the media register has gone down one stream. A register of any size goes a few messages
// at a time, the next when the terminal's Status shows that it has those: two threads send (an
// operator's change, and the answer to a Status), and none may skip what the other has not sent.
// Thread-safe.
class RegisterLane {
 public:
  // A Status says what the terminal holds. What was sent and made no progress from one Status to
  // the next but one was lost on the way (a queue that collapsed): it is due again.
  void NoteStatus(std::uint64_t held);

  // Where to go on from, and how far ahead of what the terminal is known to hold that is.
  struct Place {
    std::uint64_t above = 0;
    int messages_ahead = 0;
  };
  // What was sent: up to which version, in how many messages.
  struct Sent {
    std::uint64_t version = 0;
    int messages = 0;
  };
  // Runs `send`. Not before the first Status: it alone says where to begin.
  using Sender = std::function<absl::StatusOr<Sent>(const Place& place)>;
  absl::Status Send(const Sender& send);

 private:
  std::mutex mutex_;
  bool heard_ = false;
  std::uint64_t held_ = 0;
  std::uint64_t sent_ = 0;
  int messages_ahead_ = 0;
  int statuses_without_progress_ = 0;
};

}  // namespace sekisho::console::live

#endif  // SEKISHO_CONSOLE_LIVE_REGISTER_LANE_H_
