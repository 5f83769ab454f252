#include <algorithm>
#include <chrono>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "console/cli/commands/commands.h"
#include "console/cli/exit_code.h"
#include "console/cli/prompt.h"
#include "console/cli/resolve.h"
#include "console/cli/texts/messages.h"
#include "console/cli/time_span.h"

namespace sekisho::console::cli {
namespace {

constexpr int kPage = 1000;
constexpr std::size_t kMostDevices = 10'000;

struct Options {
  std::string group;
  std::string terminal;
  std::string trial;
  std::string reason;
  std::string since;
  bool confirmed = false;
  bool yes = false;
};

// A typing error must not reach all terminals: which ones is always said.
absl::Status CheckWhere(const Context& context, const Options& options) {
  if (options.group.empty() != options.terminal.empty()) return absl::OkStatus();
  return context.Usage(messages::kGroupOrTerminal);
}

// All pages; those that the most terminals have first.
absl::StatusOr<v1::ListWouldBeBlockedResponse> FetchWouldBeBlocked(
    Client& client, v1::ListWouldBeBlockedRequest request) {
  std::vector<v1::WouldBeBlocked> devices;
  request.set_page_size(kPage);
  do {
    absl::StatusOr<v1::ListWouldBeBlockedResponse> page = client.Call(request);
    if (!page.ok()) return page.status();
    for (v1::WouldBeBlocked& device : *page->mutable_devices()) {
      devices.push_back(std::move(device));
    }
    // An empty page with a token would go round for ever.
    request.set_page_token(page->devices().empty() ? "" : page->next_page_token());
  } while (!request.page_token().empty() && devices.size() < kMostDevices);
  std::ranges::stable_sort(devices, [](const v1::WouldBeBlocked& a, const v1::WouldBeBlocked& b) {
    return std::pair(a.terminals(), a.times()) > std::pair(b.terminals(), b.times());
  });
  v1::ListWouldBeBlockedResponse all;
  for (v1::WouldBeBlocked& device : devices) *all.add_devices() = std::move(device);
  return all;
}

std::string WriteWouldBeBlocked(const Context& context,
                                const v1::ListWouldBeBlockedResponse& devices) {
  if (devices.devices().empty()) return context.Say(messages::kNothingWouldBeBlocked);
  return cli::WriteWouldBeBlocked(devices, StyleOf(context));
}

// What it would mean, and the question. OK when there is nothing to ask about.
absl::Status AskFirst(Context& context, Client& client, v1::SetModeRequest request) {
  request.set_preview(true);
  const absl::StatusOr<v1::SetModeResponse> preview = client.Call(request);
  if (!preview.ok()) return preview.status();
  const auto changes =
      std::ranges::count_if(preview->terminals(), [](const v1::TerminalOutcome& terminal) {
        return terminal.outcome() == v1::ORDER_OUTCOME_AT_ONCE ||
               terminal.outcome() == v1::ORDER_OUTCOME_AT_NEXT_START;
      });
  if (changes == 0) return absl::OkStatus();
  std::string text = WriteOutcomes(preview->terminals(), StyleOf(context));
  if (request.what().mode() == v1::MODE_ENFORCE) {
    v1::ListWouldBeBlockedRequest wanted;
    wanted.set_group_id(request.group_id());
    wanted.set_terminal(request.terminal());
    const absl::StatusOr<v1::ListWouldBeBlockedResponse> devices =
        FetchWouldBeBlocked(client, wanted);
    if (!devices.ok()) return devices.status();
    absl::StrAppend(&text, "\n", context.Say(messages::kWouldBeBlocked),
                    WriteWouldBeBlocked(context, *devices));
  }
  const Text& question =
      request.what().mode() == v1::MODE_ENFORCE ? messages::kAskEnforce : messages::kAskObserve;
  return Confirm(
      context, absl::StrCat(text, "\n", context.Say(question, {{"count", absl::StrCat(changes)}})));
}

absl::Status SetMode(Context& context, v1::Mode mode, const Options& options) {
  if (absl::Status where = CheckWhere(context, options); !where.ok()) return where;
  v1::SetModeRequest request;
  request.mutable_what()->set_mode(mode);
  request.mutable_what()->set_confirmed(options.confirmed);
  request.set_terminal(options.terminal);
  request.set_reason(options.reason);
  if (!options.trial.empty()) {
    const absl::StatusOr<std::chrono::seconds> trial = ParseSpan(options.trial, context.language());
    if (!trial.ok()) return AsUsageError(trial.status());
    if (options.confirmed) return context.Usage(messages::kTrialAndConfirmed);
    request.mutable_what()->set_trial_seconds(static_cast<std::uint32_t>(trial->count()));
  }
  const absl::StatusOr<Client*> client = context.Connect();
  if (!client.ok()) return client.status();
  const absl::StatusOr<std::string> group = ResolveGroup(context, **client, options.group);
  if (!group.ok()) return group.status();
  request.set_group_id(*group);
  if (!options.yes) {
    const absl::Status agreed = AskFirst(context, **client, request);
    if (!agreed.ok()) return SuggestTerminal(context, **client, agreed, options.terminal);
  }
  const absl::StatusOr<v1::SetModeResponse> answer = (*client)->Call(request);
  if (!answer.ok()) return SuggestTerminal(context, **client, answer.status(), options.terminal);
  return context.Show(*answer, WriteOutcomes(answer->terminals(), StyleOf(context)));
}

absl::Status ConfirmTrials(Context& context, const Options& options) {
  if (absl::Status where = CheckWhere(context, options); !where.ok()) return where;
  const absl::StatusOr<Client*> client = context.Connect();
  if (!client.ok()) return client.status();
  v1::ConfirmTrialRequest request;
  request.set_terminal(options.terminal);
  request.set_reason(options.reason);
  const absl::StatusOr<std::string> group = ResolveGroup(context, **client, options.group);
  if (!group.ok()) return group.status();
  request.set_group_id(*group);
  const absl::StatusOr<v1::ConfirmTrialResponse> answer = (*client)->Call(request);
  if (!answer.ok()) return SuggestTerminal(context, **client, answer.status(), options.terminal);
  return context.Show(*answer, WriteOutcomes(answer->terminals(), StyleOf(context)));
}

absl::Status Preview(Context& context, const Options& options) {
  if (absl::Status where = CheckWhere(context, options); !where.ok()) return where;
  v1::ListWouldBeBlockedRequest request;
  request.set_terminal(options.terminal);
  if (!options.since.empty()) {
    const absl::StatusOr<absl::Time> since =
        ParseMoment(options.since, absl::Now(), context.zone(), context.language());
    if (!since.ok()) return AsUsageError(since.status());
    *request.mutable_since() = ToProto(*since);
  }
  const absl::StatusOr<Client*> client = context.Connect();
  if (!client.ok()) return client.status();
  const absl::StatusOr<std::string> group = ResolveGroup(context, **client, options.group);
  if (!group.ok()) return group.status();
  request.set_group_id(*group);
  const absl::StatusOr<v1::ListWouldBeBlockedResponse> devices =
      FetchWouldBeBlocked(**client, request);
  if (!devices.ok()) return SuggestTerminal(context, **client, devices.status(), options.terminal);
  return context.Show(*devices, WriteWouldBeBlocked(context, *devices));
}

std::shared_ptr<Options> AddWhere(CLI::App* command, Context& context) {
  const auto options = std::make_shared<Options>();
  AddText(command, context, "--group", options->group, help::kGroup, "GROUP");
  AddText(command, context, "--terminal", options->terminal, help::kTerminal, "TERMINAL");
  return options;
}

}  // namespace

void AddMode(CLI::App& root, Context& context) {
  CLI::App* mode = AddCommand(root, context, help::kModes);
  NeedsCommand(mode, context);

  CLI::App* preview = AddCommand(*mode, context, help::kModePreview);
  const std::shared_ptr<Options> previewed = AddWhere(preview, context);
  AddText(preview, context, "--since", previewed->since, help::kSince, "TIME");
  OnRun(preview, context, [&context, previewed] { return Preview(context, *previewed); });

  CLI::App* enforce = AddCommand(*mode, context, help::kModeEnforce);
  const std::shared_ptr<Options> enforced = AddWhere(enforce, context);
  AddText(enforce, context, "--reason", enforced->reason, help::kReason, "TEXT")->required();
  AddText(enforce, context, "--trial", enforced->trial, help::kTrial, "SPAN");
  AddFlag(enforce, context, "--confirmed", enforced->confirmed, help::kConfirmed);
  AddFlag(enforce, context, "--yes", enforced->yes, help::kYes);
  OnRun(enforce, context,
        [&context, enforced] { return SetMode(context, v1::MODE_ENFORCE, *enforced); });

  CLI::App* confirm = AddCommand(*mode, context, help::kModeConfirm);
  const std::shared_ptr<Options> confirmed = AddWhere(confirm, context);
  AddText(confirm, context, "--reason", confirmed->reason, help::kReason, "TEXT");
  OnRun(confirm, context, [&context, confirmed] { return ConfirmTrials(context, *confirmed); });

  CLI::App* observe = AddCommand(*mode, context, help::kModeObserve);
  const std::shared_ptr<Options> observed = AddWhere(observe, context);
  AddText(observe, context, "--reason", observed->reason, help::kReason, "TEXT")->required();
  AddFlag(observe, context, "--yes", observed->yes, help::kYes);
  OnRun(observe, context,
        [&context, observed] { return SetMode(context, v1::MODE_OBSERVE, *observed); });
}

}  // namespace sekisho::console::cli
