#include "console/live/register_lane.h"

namespace sekisho::console::live {

void RegisterLane::NoteStatus(std::uint64_t held) {
  std::lock_guard lock(mutex_);
  const bool progress = held > held_;
  // The first of a stream; one that has lost what it held; one that is further than it was sent.
  if (!heard_ || held < held_ || held >= sent_) {
    sent_ = held;
    messages_ahead_ = 0;
    statuses_without_progress_ = 0;
  } else if (progress) {
    // At least one has arrived. The rest is counted by what comes.
    if (messages_ahead_ > 1) --messages_ahead_;
    statuses_without_progress_ = 0;
  } else if (++statuses_without_progress_ >= 2) {
    sent_ = held;
    messages_ahead_ = 0;
    statuses_without_progress_ = 0;
  }
  held_ = held;
  heard_ = true;
}

absl::Status RegisterLane::Send(const Sender& send) {
  std::lock_guard lock(mutex_);
  if (!heard_) return absl::OkStatus();
  const absl::StatusOr<Sent> sent = send({sent_, messages_ahead_});
  if (!sent.ok()) return sent.status();
  if (sent->messages == 0) return absl::OkStatus();
  sent_ = sent->version;
  messages_ahead_ += sent->messages;
  statuses_without_progress_ = 0;
  return absl::OkStatus();
}

}  // namespace sekisho::console::live
