#include "console/service/order_courier.h"

#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"

namespace sekisho::console::service {
namespace {

// Why a waiting order must not be sent any more: the order's cause, and the audit log's words.
struct TooLate {
  const char* cause;
  const char* detail;
};

bool IsAboutLogins(v1::OrderKind kind) {
  return kind == v1::ORDER_KIND_SET_LOGINS_MODE || kind == v1::ORDER_KIND_LIFT_LOGIN_LOCK ||
         kind == v1::ORDER_KIND_REMOVE_FACTORS;
}

std::optional<TooLate> WhyTooLate(const store::OrderRecord& order,
                                  const live::LiveTerminal& terminal) {
  if (order.kind == v1::ORDER_KIND_CONFIRM_TRIAL) {
    const std::optional<live::KnownStatus> known = terminal.status();
    const bool on_trial = known.has_value() && known->status.mode() == v1::MODE_TRIAL;
    if (!on_trial)
      return TooLate{"trial-over", "the trial was over before its confirmation reached it"};
  }
  if (IsAboutLogins(order.kind) && !terminal.Speaks(kLoginsFeature)) {
    return TooLate{"agent-too-old", "the agent there does not know such orders any more"};
  }
  return std::nullopt;
}

absl::Status Cancel(store::OrderStore& orders, const store::OrderRecord& order, const TooLate& why,
                    WallTime now) {
  absl::Status cancelled = orders.CancelOrder(
      order.terminal_id, order.order.version(), store::OrderStore::Cancel::kSentToo, why.cause,
      {.organisation_id = order.organisation_id,
       .group_path = order.group_path,
       .at = now,
       .actor = "console",
       .method = "Status",
       .target = absl::StrCat(order.terminal_name, " ", order.order.version()),
       .detail = why.detail});
  // Its event was quicker.
  return absl::IsFailedPrecondition(cancelled) ? absl::OkStatus() : cancelled;
}

}  // namespace

absl::Status SendWaitingOrders(store::OrderStore& orders, live::LiveTerminal& terminal,
                               const Clock& clock) {
  if (!terminal.Speaks(kOrdersFeature)) return absl::OkStatus();
  return terminal.orders().Send([&](std::uint64_t above) -> absl::StatusOr<std::uint64_t> {
    absl::StatusOr<std::vector<store::OrderRecord>> waiting =
        orders.ListWaiting(terminal.terminal_id());
    if (!waiting.ok()) return waiting.status();
    std::vector<live::Outgoing> messages;
    std::uint64_t newest = above;
    bool unsent = false;
    for (const store::OrderRecord& order : *waiting) {
      if (order.order.version() <= above) continue;
      if (const std::optional<TooLate> why = WhyTooLate(order, terminal)) {
        absl::Status cancelled = Cancel(orders, order, *why, clock.wall());
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
