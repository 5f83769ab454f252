#include "console/service/order_courier.h"

#include <vector>

#include "absl/strings/str_cat.h"

namespace sekisho::console::service {
namespace {

absl::Status CancelLate(store::OrderStore& orders, const store::OrderRecord& order, WallTime now) {
  absl::Status cancelled = orders.CancelOrder(
      order.terminal_id, order.order.version(), store::OrderStore::Cancel::kSentToo, "trial-over",
      {.organisation_id = order.organisation_id,
       .group_path = order.group_path,
       .at = now,
       .actor = "console",
       .method = "Status",
       .target = absl::StrCat(order.terminal_name, " ", order.order.version()),
       .detail = "the trial was over before its confirmation reached it"});
  // Its event was quicker.
  return absl::IsFailedPrecondition(cancelled) ? absl::OkStatus() : cancelled;
}

}  // namespace

absl::Status SendWaitingOrders(store::OrderStore& orders, live::LiveTerminal& terminal,
                               const Clock& clock) {
  if (!terminal.Speaks(kOrdersFeature)) return absl::OkStatus();
  return terminal.orders().Send([&](std::uint64_t above) -> absl::StatusOr<std::uint64_t> {
    const std::optional<live::KnownStatus> known = terminal.status();
    const bool on_trial = known.has_value() && known->status.mode() == v1::MODE_TRIAL;
    absl::StatusOr<std::vector<store::OrderRecord>> waiting =
        orders.ListWaiting(terminal.terminal_id());
    if (!waiting.ok()) return waiting.status();
    std::vector<live::Outgoing> messages;
    std::uint64_t newest = above;
    bool unsent = false;
    for (const store::OrderRecord& order : *waiting) {
      if (order.order.version() <= above) continue;
      if (order.kind == v1::ORDER_KIND_CONFIRM_TRIAL && !on_trial) {
        absl::Status cancelled = CancelLate(orders, order, clock.wall());
        if (!cancelled.ok()) return cancelled;
        continue;
      }
      absl::StatusOr<live::Outgoing> message = live::MakeOutgoing(order.sealed);
      if (!message.ok()) return message.status();
      messages.push_back(*std::move(message));
      newest = order.order.version();
      unsent |= !order.sent_at.has_value();
    }
    // Before it goes: what may have arrived is never cancelled as if it had not.
    if (unsent) {
      absl::Status marked = orders.MarkSent(terminal.terminal_id(), newest, clock.wall());
      if (!marked.ok()) return marked;
    }
    for (live::Outgoing& message : messages) terminal.link().Send(std::move(message));
    return newest;
  });
}

}  // namespace sekisho::console::service
