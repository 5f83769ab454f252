#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "console/service/groups.h"
#include "console/service/order_service.h"
#include "console/service/paging.h"
#include "proto/contract/convert.h"

namespace sekisho::console::service {
namespace {

#define SEKISHO_METHOD(name) "sekisho.v1.OrderService/" name

absl::Status BadToken() { return absl::InvalidArgumentError("page_token is not one of ours"); }

// "terminal id/version".
absl::StatusOr<store::OrderQuery::Place> OrderPlaceOf(const std::string& token) {
  store::OrderQuery::Place place;
  if (token.empty()) return place;
  const std::size_t slash = token.find('/');
  if (slash == std::string::npos || !absl::SimpleAtoi(token.substr(slash + 1), &place.version)) {
    return BadToken();
  }
  place.terminal_id = token.substr(0, slash);
  return place;
}

// The fingerprint in hexadecimal, then the serial.
absl::StatusOr<store::WouldBeBlockedQuery::Place> DevicePlaceOf(const std::string& token) {
  constexpr std::size_t kDigits = 64;
  if (token.empty()) return store::WouldBeBlockedQuery::Place();
  const bool digits = token.size() >= kDigits && token.find_first_not_of("0123456789abcdef") >=
                                                     std::min(token.size(), kDigits);
  if (!digits) return BadToken();
  return store::WouldBeBlockedQuery::Place{absl::HexStringToBytes(token.substr(0, kDigits)),
                                           token.substr(kDigits)};
}

std::string TokenOf(const v1::Device& device) {
  return absl::StrCat(absl::BytesToHexString(device.fingerprint()), device.serial());
}

v1::WouldBeBlocked View(const store::WouldBeBlockedRecord& record) {
  v1::WouldBeBlocked device;
  *device.mutable_device() = record.device;
  *device.mutable_verdict() = record.verdict;
  device.set_terminals(record.terminals);
  device.set_times(record.times);
  *device.mutable_last_seen_at() = contract::ToProto(record.last_seen_at);
  for (const std::string& name : record.terminal_names) device.add_terminal_names(name);
  return device;
}

}  // namespace

v1::IssuedOrder ViewOf(const store::OrderRecord& record) {
  v1::IssuedOrder order;
  *order.mutable_order() = record.order;
  order.set_kind(record.kind);
  order.set_state(record.state);
  order.set_terminal_name(record.terminal_name);
  if (!record.device.fingerprint().empty()) *order.mutable_device() = record.device;
  if (record.sent_at.has_value()) *order.mutable_sent_at() = contract::ToProto(*record.sent_at);
  if (record.ended_at.has_value()) *order.mutable_ended_at() = contract::ToProto(*record.ended_at);
  order.set_cause(record.cause);
  return order;
}

absl::StatusOr<store::OrderQuery> OrderService::FindRange(const authz::Caller& caller,
                                                          std::string_view method,
                                                          const std::string& group,
                                                          const std::string& terminal) {
  store::OrderQuery range;
  range.scope = ScopeOf(caller);
  if (!terminal.empty()) {
    absl::StatusOr<store::TerminalRecord> found =
        ResolveTerminal(terminals_, caller, method, terminal);
    if (!found.ok()) return found.status();
    range.terminal_id = found->terminal_id;
  }
  if (!group.empty()) {
    absl::StatusOr<store::Group> found = ResolveGroup(organisations_, caller, method, group);
    if (!found.ok()) return found.status();
    range.scope.path = found->path;
  }
  return range;
}

absl::StatusOr<v1::ListWouldBeBlockedResponse> OrderService::ListWouldBeBlocked(
    const authz::Caller& caller, const v1::ListWouldBeBlockedRequest& request) {
  absl::StatusOr<std::uint32_t> size = PageSize(request.page_size());
  if (!size.ok()) return size.status();
  absl::StatusOr<store::WouldBeBlockedQuery::Place> after = DevicePlaceOf(request.page_token());
  if (!after.ok()) return after.status();
  absl::StatusOr<store::OrderQuery> range = FindRange(caller, SEKISHO_METHOD("ListWouldBeBlocked"),
                                                      request.group_id(), request.terminal());
  if (!range.ok()) return range.status();
  store::WouldBeBlockedQuery query{.scope = range->scope,
                                   .terminal_id = range->terminal_id,
                                   .after = *std::move(after),
                                   .limit = *size + 1};
  if (request.has_since()) query.since = contract::ToCore(request.since());
  absl::StatusOr<std::vector<store::WouldBeBlockedRecord>> records =
      orders_.ListWouldBeBlocked(query);
  if (!records.ok()) return records.status();
  v1::ListWouldBeBlockedResponse response;
  if (records->size() > *size) {
    records->pop_back();
    response.set_next_page_token(TokenOf(records->back().device));
  }
  for (const store::WouldBeBlockedRecord& record : *records) {
    *response.add_devices() = View(record);
  }
  return response;
}

absl::StatusOr<v1::ListOrdersResponse> OrderService::ListOrders(
    const authz::Caller& caller, const v1::ListOrdersRequest& request) {
  absl::StatusOr<std::uint32_t> size = PageSize(request.page_size());
  if (!size.ok()) return size.status();
  absl::StatusOr<store::OrderQuery::Place> before = OrderPlaceOf(request.page_token());
  if (!before.ok()) return before.status();
  absl::StatusOr<store::OrderQuery> query =
      FindRange(caller, SEKISHO_METHOD("ListOrders"), request.group_id(), request.terminal());
  if (!query.ok()) return query.status();
  query->which =
      request.waiting_only() ? store::OrderQuery::Which::kWaiting : store::OrderQuery::Which::kAll;
  query->before = *std::move(before);
  query->limit = *size + 1;
  absl::StatusOr<std::vector<store::OrderRecord>> records = orders_.ListOrders(*query);
  if (!records.ok()) return records.status();
  v1::ListOrdersResponse response;
  if (records->size() > *size) {
    records->pop_back();
    response.set_next_page_token(
        absl::StrCat(records->back().terminal_id, "/", records->back().order.version()));
  }
  for (const store::OrderRecord& record : *records) *response.add_orders() = ViewOf(record);
  return response;
}

absl::StatusOr<v1::CancelOrderResponse> OrderService::CancelOrder(
    const authz::Caller& caller, const v1::CancelOrderRequest& request) {
  if (absl::StripAsciiWhitespace(request.reason()).empty()) {
    return absl::InvalidArgumentError("say why (--reason \"…\"): it is kept in the audit log");
  }
  absl::StatusOr<store::TerminalRecord> terminal =
      ResolveTerminal(terminals_, caller, SEKISHO_METHOD("CancelOrder"), request.terminal());
  if (!terminal.ok()) return terminal.status();
  absl::StatusOr<store::OrderRecord> order =
      orders_.FindOrder(terminal->terminal_id, request.version());
  if (absl::IsNotFound(order.status())) {
    return absl::NotFoundError(absl::StrCat("no order ", request.version(), " for \"",
                                            terminal->name,
                                            "\"; list them with: sekishoctl orders "
                                            "list --all --terminal ",
                                            terminal->name));
  }
  if (!order.ok()) return order.status();
  absl::Status cancelled =
      orders_.CancelOrder(terminal->terminal_id, request.version(),
                          store::OrderStore::Cancel::kUnsent, request.reason(),
                          {.organisation_id = terminal->organisation_id,
                           .group_path = terminal->group_path,
                           .at = clock_.wall(),
                           .actor = caller.name,
                           .method = "CancelOrder",
                           .target = absl::StrCat(terminal->name, " ", request.version()),
                           .detail = request.reason()});
  if (!cancelled.ok()) return cancelled;
  order = orders_.FindOrder(terminal->terminal_id, request.version());
  if (!order.ok()) return order.status();
  v1::CancelOrderResponse response;
  *response.mutable_order() = ViewOf(*order);
  return response;
}

#undef SEKISHO_METHOD

}  // namespace sekisho::console::service
