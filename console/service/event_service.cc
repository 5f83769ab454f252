#include "console/service/event_service.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "console/service/groups.h"
#include "console/service/paging.h"
#include "proto/contract/convert.h"

namespace sekisho::console::service {
namespace {

constexpr std::uint32_t kWatchPage = 200;
// Clients take at most 4 MiB in one message unless they say otherwise.
constexpr std::size_t kMaxPageBytes = 3 * 1024 * 1024;

v1::StoredEvent View(store::StoredEventRecord&& record) {
  v1::StoredEvent event;
  event.set_cursor(record.cursor);
  event.set_terminal_id(std::move(record.terminal_id));
  event.set_terminal_name(std::move(record.terminal_name));
  *event.mutable_received_at() = contract::ToProto(record.received_at);
  *event.mutable_event() = std::move(record.event);
  return event;
}

}  // namespace

absl::StatusOr<store::EventQuery> EventService::QueryOf(const authz::Caller& caller,
                                                        std::string_view method,
                                                        const v1::EventFilter& filter) {
  store::EventQuery query;
  query.scope = ScopeOf(caller);
  if (!filter.terminal().empty()) {
    absl::StatusOr<store::TerminalRecord> terminal =
        ResolveTerminal(terminals_, caller, method, filter.terminal());
    if (!terminal.ok()) return terminal.status();
    query.terminal_id = terminal->terminal_id;
  }
  for (const int kind : filter.kinds()) {
    if (!v1::EventKind_IsValid(kind) || kind == v1::EVENT_KIND_UNSPECIFIED) {
      return absl::InvalidArgumentError(absl::StrCat("there is no kind of event ", kind));
    }
    query.kinds.push_back(static_cast<v1::EventKind>(kind));
  }
  if (filter.has_since()) query.since = contract::ToCore(filter.since());
  if (filter.has_until()) query.until = contract::ToCore(filter.until());
  return query;
}

absl::StatusOr<v1::ListEventsResponse> EventService::ListEvents(
    const authz::Caller& caller, const v1::ListEventsRequest& request) {
  absl::StatusOr<std::uint32_t> size = PageSize(request.page_size());
  if (!size.ok()) return size.status();
  absl::StatusOr<store::EventQuery> query =
      QueryOf(caller, "sekisho.v1.EventService/ListEvents", request.filter());
  if (!query.ok()) return query.status();
  query->cursor = request.after_cursor();
  query->order = request.newest_first() ? store::EventQuery::Order::kNewestFirst
                                        : store::EventQuery::Order::kOldestFirst;
  query->limit = *size;
  absl::StatusOr<std::vector<store::StoredEventRecord>> records = events_.ListEvents(*query);
  if (!records.ok()) return records.status();
  v1::ListEventsResponse response;
  response.set_next_cursor(request.after_cursor());
  std::size_t bytes = 0;
  for (store::StoredEventRecord& record : *records) {
    bytes += record.event.ByteSizeLong();
    if (bytes > kMaxPageBytes) break;
    response.set_next_cursor(record.cursor);
    *response.add_events() = View(std::move(record));
  }
  return response;
}

absl::StatusOr<std::unique_ptr<EventService::Watch>> EventService::WatchEvents(
    const authz::Caller& caller, const v1::WatchEventsRequest& request) {
  absl::StatusOr<store::EventQuery> query =
      QueryOf(caller, "sekisho.v1.EventService/WatchEvents", request.filter());
  if (!query.ok()) return query.status();
  query->limit = kWatchPage;
  return std::make_unique<Watch>(*this, *std::move(query), request.after_cursor());
}

void EventService::Watch::Subscribe(live::Wakeups::Wake wake) {
  subscription_ = service_.wakeups_.Subscribe(std::move(wake));
}

absl::StatusOr<v1::WatchEventsResponse> EventService::Watch::Next() {
  // Before the events: what comes meanwhile is then above it, and read the next time.
  absl::StatusOr<std::uint64_t> newest = service_.events_.NewestCursor();
  if (!newest.ok()) return newest.status();
  query_.cursor = cursor_;
  absl::StatusOr<std::vector<store::StoredEventRecord>> records =
      service_.events_.ListEvents(query_);
  if (!records.ok()) return records.status();
  const bool all = records->size() < kWatchPage;
  if (!records->empty()) cursor_ = records->back().cursor;
  if (all && *newest > cursor_) cursor_ = *newest;
  v1::WatchEventsResponse response;
  response.set_cursor(cursor_);
  for (store::StoredEventRecord& record : *records) {
    *response.add_events() = View(std::move(record));
  }
  return response;
}

}  // namespace sekisho::console::service
