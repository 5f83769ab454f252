#ifndef SEKISHO_CONSOLE_SERVICE_EVENT_SERVICE_H_
#define SEKISHO_CONSOLE_SERVICE_EVENT_SERVICE_H_

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "absl/status/statusor.h"
#include "console/authz/authz.h"
#include "console/live/wakeups.h"
#include "console/store/event_store.h"
#include "console/store/terminal_store.h"
#include "sekisho/v1/event_service.pb.h"

namespace sekisho::console::service {

// The fleet's history, read from the store. Thread-safe.
class EventService {
 public:
  EventService(store::EventStore& events, store::TerminalStore& terminals, live::Wakeups& wakeups)
      : events_(events), terminals_(terminals), wakeups_(wakeups) {}

  absl::StatusOr<v1::ListEventsResponse> ListEvents(const authz::Caller& caller,
                                                    const v1::ListEventsRequest& request);

  // A watch from a cursor: `wake` is called when there may be more to read with Next. It runs on
  // the writer's thread and must not block.
  class Watch {
   public:
    Watch(EventService& service, store::EventQuery query, std::uint64_t cursor)
        : service_(service), query_(std::move(query)), cursor_(cursor) {}
    // What is new since the last call: at most 200 events, none when there is nothing. The cursor
    // of the answer is as far as everything was looked at, also what the filter left out.
    absl::StatusOr<v1::WatchEventsResponse> Next();
    void Subscribe(live::Wakeups::Wake wake);

   private:
    EventService& service_;
    store::EventQuery query_;
    std::uint64_t cursor_;
    std::unique_ptr<live::Wakeups::Subscription> subscription_;
  };
  absl::StatusOr<std::unique_ptr<Watch>> WatchEvents(const authz::Caller& caller,
                                                     const v1::WatchEventsRequest& request);

 private:
  absl::StatusOr<store::EventQuery> QueryOf(const authz::Caller& caller, std::string_view method,
                                            const v1::EventFilter& filter);
  store::EventStore& events_;
  store::TerminalStore& terminals_;
  live::Wakeups& wakeups_;
};

}  // namespace sekisho::console::service

#endif  // SEKISHO_CONSOLE_SERVICE_EVENT_SERVICE_H_
