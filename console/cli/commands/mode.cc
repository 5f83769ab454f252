#include <algorithm>
#include <chrono>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "console/cli/commands/fleet_order.h"
#include "console/cli/exit_code.h"
#include "console/cli/time_span.h"

namespace sekisho::console::cli {
namespace {

constexpr int kPage = 1000;
constexpr std::size_t kMostDevices = 10'000;

struct Options {
  Fleet fleet;
  std::string trial;
  std::string reason;
  std::string since;
  bool confirmed = false;
  bool yes = false;
};

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

// What enforcing would refuse, as far as the terminals have reported.
absl::StatusOr<std::string> DescribeRefusals(Context& context, Client& client,
                                             const v1::SetModeRequest& request) {
  v1::ListWouldBeBlockedRequest wanted;
  wanted.set_group_id(request.group_id());
  wanted.set_terminal(request.terminal());
  const absl::StatusOr<v1::ListWouldBeBlockedResponse> devices =
      FetchWouldBeBlocked(client, wanted);
  if (!devices.ok()) return devices.status();
  return absl::StrCat(context.Say(messages::kWouldBeBlocked),
                      WriteWouldBeBlocked(context, *devices));
}

absl::Status SetMode(Context& context, v1::Mode mode, const Options& options) {
  if (absl::Status where = CheckFleet(context, options.fleet); !where.ok()) return where;
  v1::SetModeRequest request;
  request.mutable_what()->set_mode(mode);
  request.mutable_what()->set_confirmed(options.confirmed);
  request.set_reason(options.reason);
  if (!options.trial.empty()) {
    const absl::StatusOr<std::chrono::seconds> trial = ParseSpan(options.trial, context.language());
    if (!trial.ok()) return AsUsageError(trial.status());
    if (options.confirmed) return context.Usage(messages::kTrialAndConfirmed);
    request.mutable_what()->set_trial_seconds(static_cast<std::uint32_t>(trial->count()));
  }
  const absl::StatusOr<Client*> client = Aim(context, options.fleet, request);
  if (!client.ok()) return client.status();
  if (options.yes) return OrderFleet(context, options.fleet, **client, request);
  if (mode != v1::MODE_ENFORCE) {
    return OrderFleet(context, options.fleet, **client, request, {messages::kAskObserve, {}});
  }
  return OrderFleet(context, options.fleet, **client, request,
                    {messages::kAskEnforce, [&context, &request](Client& asked) {
                       return DescribeRefusals(context, asked, request);
                     }});
}

absl::Status ConfirmTrials(Context& context, const Options& options) {
  if (absl::Status where = CheckFleet(context, options.fleet); !where.ok()) return where;
  v1::ConfirmTrialRequest request;
  request.set_reason(options.reason);
  const absl::StatusOr<Client*> client = Aim(context, options.fleet, request);
  if (!client.ok()) return client.status();
  return OrderFleet(context, options.fleet, **client, request);
}

absl::Status Preview(Context& context, const Options& options) {
  if (absl::Status where = CheckFleet(context, options.fleet); !where.ok()) return where;
  v1::ListWouldBeBlockedRequest request;
  if (!options.since.empty()) {
    const absl::StatusOr<absl::Time> since =
        ParseMoment(options.since, absl::Now(), context.zone(), context.language());
    if (!since.ok()) return AsUsageError(since.status());
    *request.mutable_since() = ToProto(*since);
  }
  const absl::StatusOr<Client*> client = Aim(context, options.fleet, request);
  if (!client.ok()) return client.status();
  const absl::StatusOr<v1::ListWouldBeBlockedResponse> devices =
      FetchWouldBeBlocked(**client, request);
  if (!devices.ok()) {
    return SuggestTerminal(context, **client, devices.status(), options.fleet.terminal);
  }
  return context.Show(*devices, WriteWouldBeBlocked(context, *devices));
}

std::shared_ptr<Options> AddWhere(CLI::App* command, Context& context) {
  const auto options = std::make_shared<Options>();
  AddFleet(command, context, options->fleet);
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
