#include "console/live/order_lane.h"

#include <algorithm>

namespace sekisho::console::live {

void OrderLane::NoteStatus(std::uint64_t done) {
  std::lock_guard lock(mutex_);
  // The first of a stream, and one that is further, start the count anew.
  if (!heard_ || done > done_) statuses_since_ = 0;
  done_ = done;
  if (!heard_ || done_ > sent_) {
    sent_ = done_;
  } else if (sent_ > done_ && ++statuses_since_ >= 2) {
    sent_ = done_;
    statuses_since_ = 0;
  }
  heard_ = true;
}

absl::Status OrderLane::Send(const Sender& send) {
  std::lock_guard lock(mutex_);
  if (!heard_) return absl::OkStatus();
  const absl::StatusOr<std::uint64_t> newest = send(sent_);
  if (!newest.ok()) return newest.status();
  if (*newest > sent_) statuses_since_ = 0;
  sent_ = std::max(sent_, *newest);
  return absl::OkStatus();
}

}  // namespace sekisho::console::live
