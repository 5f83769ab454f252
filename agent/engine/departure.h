#ifndef SEKISHO_AGENT_ENGINE_DEPARTURE_H_
#define SEKISHO_AGENT_ENGINE_DEPARTURE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "agent/engine/failure.h"
#include "agent/engine/order_book.h"
#include "agent/engine/reporter.h"
#include "agent/engine/seams.h"
#include "agent/engine/uplink.h"
#include "sekisho/v1/event.pb.h"
#include "sekisho/v1/local.pb.h"

namespace sekisho::engine {

// The removal of Sekisho from this terminal: never prevented (root has other ways), always told,
// and told before it happens.
class Departure {
 public:
  using Done = std::function<void(Answer<v1::LocalLeaveReply>)>;
  // All outlive this.
  Departure(Seams& seams, Reporter& reporter, const IdentityKeeper& identity,
            const OrderBook& orders, Uplink& uplink)
      : seams_(seams), reporter_(reporter), identity_(identity), orders_(orders), uplink_(uplink) {}

  // A question alone, or the removal itself, which is recorded: TERMINAL_LEFT with a release,
  // REMOVED_UNRELEASED without. Calls back once: at once, or with the console's acknowledgement of
  // that record, or after ten seconds without one.
  enum class Asking { kMayI, kLeaving };
  void Ask(Asking asking, Done done);
  // Everything of this boot up to there is stored at the console.
  void Acknowledged(const v1::Acknowledgement& acknowledgement);

 private:
  enum class Reported { kNo, kYes };
  struct Waiting {
    Done done;
    std::unique_ptr<platform::EventLoop::Handle> alarm;
  };
  void AnswerAll(Reported reported);
  void Reply(const Done& done, Reported reported) const;

  Seams& seams_;
  Reporter& reporter_;
  const IdentityKeeper& identity_;
  const OrderBook& orders_;
  Uplink& uplink_;
  std::vector<Waiting> waiting_;
  // Of the record that says it, in this boot; 0 before it was written.
  std::uint64_t said_at_ = 0;
  // Whether the console has it.
  Reported stored_ = Reported::kNo;
};

}  // namespace sekisho::engine

#endif  // SEKISHO_AGENT_ENGINE_DEPARTURE_H_
