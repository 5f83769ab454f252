#ifndef SEKISHO_CONSOLE_LIVE_ORDER_LANE_H_
#define SEKISHO_CONSOLE_LIVE_ORDER_LANE_H_

#include <cstdint>
#include <functional>
#include <mutex>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace sekisho::console::live {

// Which orders have gone down one stream: by rising version, each once, though two threads send (an
// operator's call, and the answer to a Status). An agent applies none after a newer one, so an
// order must never overtake another, and a second copy would be refused as a replay. Thread-safe.
class OrderLane {
 public:
  // A Status says how far the terminal is. What was sent two Statuses ago and is not done was lost
  // on the way (a queue that collapsed): it is due again.
  void NoteStatus(std::uint64_t done);

  // Runs `send` with the version above which orders are due; it returns the newest that it sent, or
  // that version when there was none. Not before the first Status: it alone says where to begin.
  using Sender = std::function<absl::StatusOr<std::uint64_t>(std::uint64_t above)>;
  absl::Status Send(const Sender& send);

 private:
  std::mutex mutex_;
  bool heard_ = false;
  std::uint64_t done_ = 0;
  std::uint64_t sent_ = 0;
  int statuses_since_ = 0;
};

}  // namespace sekisho::console::live

#endif  // SEKISHO_CONSOLE_LIVE_ORDER_LANE_H_
