#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "console/cli/back_off.h"
#include "console/cli/commands/commands.h"
#include "console/cli/exit_code.h"
#include "console/cli/render/describe.h"
#include "console/cli/resolve.h"
#include "console/cli/texts/messages.h"
#include "console/cli/texts/names.h"
#include "console/cli/time_span.h"

namespace sekisho::console::cli {
namespace {

constexpr std::uint32_t kDefaultLast = 50;
constexpr std::uint32_t kPage = 1000;
constexpr std::size_t kMostEvents = 100'000;
constexpr int kNarrowestTerminal = 12;

struct EventOptions {
  std::string terminal;
  std::vector<std::string> kinds;
  std::string since;
  std::string until;
  std::optional<std::uint64_t> after;
  std::optional<std::uint32_t> last;
  bool follow = false;
};

absl::StatusOr<v1::EventFilter> FilterFrom(const Context& context, const EventOptions& options) {
  v1::EventFilter filter;
  filter.set_terminal(options.terminal);
  for (const std::string& typed : options.kinds) {
    const absl::StatusOr<int> kind =
        ParseWord(*v1::EventKind_descriptor(), typed, context.language());
    if (!kind.ok()) return AsUsageError(kind.status());
    filter.add_kinds(static_cast<v1::EventKind>(*kind));
  }
  for (const auto& [typed, moment] : {std::pair(&options.since, &v1::EventFilter::mutable_since),
                                      std::pair(&options.until, &v1::EventFilter::mutable_until)}) {
    if (typed->empty()) continue;
    const absl::StatusOr<absl::Time> time =
        ParseMoment(*typed, absl::Now(), context.zone(), context.language());
    if (!time.ok()) return AsUsageError(time.status());
    *(filter.*moment)() = ToProto(*time);
  }
  return filter;
}

// Oldest first. `--last N` (and nothing given) takes the newest; --since and --after take all that
// there is from there on, so that a script never misses the middle.
absl::StatusOr<v1::ListEventsResponse> Fetch(Client& client, const v1::EventFilter& filter,
                                             const EventOptions& options) {
  v1::ListEventsRequest request;
  *request.mutable_filter() = filter;
  if (options.last || (options.since.empty() && !options.after)) {
    request.set_newest_first(true);
    request.set_page_size(options.last.value_or(kDefaultLast));
    absl::StatusOr<v1::ListEventsResponse> answer = client.Call(request);
    if (!answer.ok()) return answer;
    std::reverse(answer->mutable_events()->pointer_begin(),
                 answer->mutable_events()->pointer_end());
    answer->set_next_cursor(
        answer->events().empty() ? 0 : answer->events(answer->events_size() - 1).cursor());
    return answer;
  }
  v1::ListEventsResponse all;
  request.set_page_size(kPage);
  request.set_after_cursor(options.after.value_or(0));
  all.set_next_cursor(request.after_cursor());
  while (static_cast<std::size_t>(all.events_size()) < kMostEvents) {
    const absl::StatusOr<v1::ListEventsResponse> page = client.Call(request);
    if (!page.ok()) return page.status();
    if (page->events().empty()) break;
    all.mutable_events()->MergeFrom(page->events());
    const std::uint64_t reached = page->events(page->events_size() - 1).cursor();
    if (reached <= request.after_cursor()) break;
    request.set_after_cursor(reached);
    all.set_next_cursor(reached);
  }
  return all;
}

// Writes events one by one: lines for people, or one JSON object a line.
class Printer {
 public:
  explicit Printer(Context& context) : context_(context) {}

  void Widen(const v1::StoredEvent& stored) {
    where_columns_ = std::max(where_columns_, DisplayWidth(Line(stored).where));
  }

  absl::Status Write(const v1::StoredEvent& stored) {
    if (context_.output() == Output::kJson) {
      const absl::StatusOr<std::string> json = WriteJson(stored, JsonForm::kLine);
      if (!json.ok()) return json.status();
      context_.out() << *json;
    } else {
      Widen(stored);
      context_.out() << WriteEventLine(Line(stored), where_columns_);
    }
    return absl::OkStatus();
  }

 private:
  EventLine Line(const v1::StoredEvent& stored) const {
    return DescribeStoredEvent(stored, context_.language(), context_.zone());
  }

  Context& context_;
  int where_columns_ = kNarrowestTerminal;
};

bool IsPassing(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) ||
         absl::IsResourceExhausted(status) || absl::IsAborted(status);
}

// From `cursor` on until the person stops it. A lost connection is made again, from the last
// event that was written: the store has what came meanwhile.
absl::Status Follow(Context& context, Client& client, const v1::EventFilter& filter,
                    std::uint64_t cursor, Printer& printer) {
  BackOff back_off;
  absl::Status written = absl::OkStatus();
  while (true) {
    v1::WatchEventsRequest request;
    *request.mutable_filter() = filter;
    request.set_after_cursor(cursor);
    const absl::Status ended = client.WatchEvents(
        request, absl::InfiniteFuture(),
        [&cursor, &printer, &written, &back_off, &context](const v1::WatchEventsResponse& next) {
          back_off.Reset();
          for (const v1::StoredEvent& stored : next.events()) {
            if (stored.cursor() <= cursor) continue;
            written = printer.Write(stored);
            if (!written.ok()) return Client::Watch::kEnough;
            cursor = stored.cursor();
          }
          cursor = std::max(cursor, next.cursor());
          context.out().flush();
          // Whoever read this (head, less) has gone.
          return context.out().good() ? Client::Watch::kGoOn : Client::Watch::kEnough;
        });
    if (ended.ok()) return written;
    if (!IsPassing(ended)) return ended;
    const absl::Duration wait = back_off.Next();
    context.err() << context.Say(
        messages::kReconnecting,
        {{"seconds", absl::StrCat(absl::ToInt64Seconds(absl::Ceil(wait, absl::Seconds(1))))}});
    absl::SleepFor(wait);
  }
}

// Where a watch starts when there is nothing to list: after everything there is now.
absl::StatusOr<std::uint64_t> NewestCursor(Client& client) {
  v1::ListEventsRequest request;
  request.set_newest_first(true);
  request.set_page_size(1);
  const absl::StatusOr<v1::ListEventsResponse> answer = client.Call(request);
  if (!answer.ok()) return answer.status();
  return answer->events().empty() ? 0 : answer->events(0).cursor();
}

absl::Status Events(Context& context, const EventOptions& options) {
  const absl::StatusOr<v1::EventFilter> filter = FilterFrom(context, options);
  if (!filter.ok()) return filter.status();
  const absl::StatusOr<Client*> client = context.Connect();
  if (!client.ok()) return client.status();
  // Before the list, so that what comes between the two is watched and not lost.
  absl::StatusOr<std::uint64_t> newest = 0;
  if (options.follow) newest = NewestCursor(**client);
  if (!newest.ok()) return newest.status();
  const absl::StatusOr<v1::ListEventsResponse> listed = Fetch(**client, *filter, options);
  if (!listed.ok()) return SuggestTerminal(context, **client, listed.status(), options.terminal);

  if (context.output() == Output::kJson && !options.follow) return context.Show(*listed, "");
  Printer printer(context);
  for (const v1::StoredEvent& stored : listed->events()) printer.Widen(stored);
  for (const v1::StoredEvent& stored : listed->events()) {
    const absl::Status written = printer.Write(stored);
    if (!written.ok()) return written;
  }
  if (!options.follow) {
    if (listed->events().empty()) context.err() << context.Say(messages::kNothing);
    return absl::OkStatus();
  }
  context.out().flush();
  return Follow(context, **client, *filter, std::max(*newest, listed->next_cursor()), printer);
}

}  // namespace

void AddEvents(CLI::App& root, Context& context) {
  CLI::App* events = AddCommand(root, context, help::kEvents);
  const auto options = std::make_shared<EventOptions>();
  AddText(events, context, "--terminal", options->terminal, help::kEventTerminal, "TERMINAL");
  events->add_option("--kind", options->kinds, context.Say(help::kKind))
      ->type_name("KIND")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  AddText(events, context, "--since", options->since, help::kSince, "TIME");
  AddText(events, context, "--until", options->until, help::kUntil, "TIME");
  events->add_option("--after", options->after, context.Say(help::kAfter))->type_name("CURSOR");
  events->add_option("--last", options->last, context.Say(help::kLast))
      ->type_name("N")
      ->check(CLI::Range(1, 1000));
  AddFlag(events, context, "--follow", options->follow, help::kFollow);
  OnRun(events, context, [&context, options] { return Events(context, *options); });
}

}  // namespace sekisho::console::cli
