#include "agent/engine/departure.h"

#include <chrono>
#include <utility>

namespace sekisho::engine {
namespace {

// A package manager waits for it.
constexpr std::chrono::seconds kPatience{10};

}  // namespace

void Departure::Ask(Asking asking, Done done) {
  if (asking == Asking::kMayI) return Reply(done, Reported::kNo);
  if (said_at_ == 0) {
    v1::Event event = EventOf(orders_.may_leave() ? v1::EVENT_KIND_TERMINAL_LEFT
                                                  : v1::EVENT_KIND_REMOVED_UNRELEASED);
    if (!orders_.may_leave()) AddParameter(event, "how", "package");
    if (!reporter_.Record(std::move(event)).ok()) return Reply(done, Reported::kNo);
    said_at_ = reporter_.last_sequence();
  }
  // Nobody to tell, or told already.
  if (identity_.get() == nullptr || stored_ == Reported::kYes) return Reply(done, stored_);
  waiting_.push_back(Waiting{
      std::move(done),
      seams_.loop.At(seams_.clock.Now() + kPatience, [this] { AnswerAll(Reported::kNo); })});
  uplink_.Send();
}

void Departure::Acknowledged(const v1::Acknowledgement& acknowledgement) {
  if (said_at_ == 0 || acknowledgement.boot_id() != seams_.clock.BootId() ||
      acknowledgement.sequence() < said_at_) {
    return;
  }
  stored_ = Reported::kYes;
  AnswerAll(Reported::kYes);
}

void Departure::AnswerAll(Reported reported) {
  for (const Waiting& each : std::exchange(waiting_, {})) Reply(each.done, reported);
}

void Departure::Reply(const Done& done, Reported reported) const {
  v1::LocalLeaveReply reply;
  reply.set_released(orders_.may_leave());
  reply.set_reported(reported == Reported::kYes);
  done(std::move(reply));
}

}  // namespace sekisho::engine
