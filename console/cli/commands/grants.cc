#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "absl/time/clock.h"
#include "console/cli/commands/commands.h"
#include "console/cli/exit_code.h"
#include "console/cli/render/describe.h"
#include "console/cli/resolve.h"
#include "console/cli/texts/messages.h"
#include "console/cli/texts/names.h"
#include "console/cli/time_span.h"
#include "proto/contract/volume.h"

namespace sekisho::console::cli {
namespace {

constexpr std::size_t kMostGrants = 10'000;

struct CreateOptions {
  std::string reference;
  std::string terminal;
  std::string device;
  std::string lifetime;
  std::string mode;
  std::string reason;
  std::string ticket;
  bool this_port = false;
  std::string max_volume;
  std::string wait;
};

absl::StatusOr<v1::Action> ParseMode(const std::string& typed, Language language) {
  if (typed == "read-only" || typed == "ro") return v1::ACTION_READ_ONLY;
  if (typed == "read-write" || typed == "rw") return v1::ACTION_ALLOW;
  return UsageError(Fill(messages::kNotAMode.In(language), {{"typed", typed}}));
}

// The part of a request that needs no console: wrong words are said before anything is sent.
absl::StatusOr<v1::CreateGrantRequest> RequestFrom(Context& context, const CreateOptions& options) {
  v1::CreateGrantRequest request;
  const absl::StatusOr<v1::Action> mode = ParseMode(options.mode, context.language());
  if (!mode.ok()) return mode.status();
  request.set_action(*mode);
  const absl::StatusOr<std::chrono::seconds> lifetime =
      ParseSpan(options.lifetime, context.language());
  if (!lifetime.ok()) return AsUsageError(lifetime.status());
  request.set_seconds(static_cast<std::uint32_t>(lifetime->count()));
  if (!options.max_volume.empty()) {
    const std::optional<std::uint64_t> volume = contract::ParseVolume(options.max_volume);
    if (!volume) return context.Usage(messages::kNotAVolume, {{"typed", options.max_volume}});
    request.set_max_written_bytes(*volume);
  }
  request.set_reason(options.reason);
  request.set_ticket(options.ticket);
  request.set_this_port_only(options.this_port);
  request.set_terminal(options.terminal);
  if (!options.reference.empty()) {
    if (!options.device.empty()) return context.Usage(messages::kReferenceAndDevice);
    absl::StatusOr<std::string> reference = ParseReference(options.reference, context.language());
    if (!reference.ok()) return reference.status();
    request.set_reference(*std::move(reference));
  } else if (options.terminal.empty() || options.device.empty()) {
    return context.Usage(messages::kReferenceOrDevice);
  }
  return request;
}

// Newest event now: what a watch for the answer of a grant that is yet to be made starts after.
absl::StatusOr<std::uint64_t> NewestCursor(Client& client) {
  v1::ListEventsRequest request;
  request.set_newest_first(true);
  request.set_page_size(1);
  const absl::StatusOr<v1::ListEventsResponse> answer = client.Call(request);
  if (!answer.ok()) return answer.status();
  return answer->events().empty() ? 0 : answer->events(0).cursor();
}

// Until the terminal says that the grant is open, or that it is not going to be.
absl::Status WaitUntilOpen(Context& context, Client& client, const v1::Grant& grant,
                           std::uint64_t after, std::chrono::seconds longest) {
  const std::string& id = grant.claims().grant_id();
  v1::WatchEventsRequest request;
  request.mutable_filter()->set_terminal(grant.claims().terminal_id());
  request.set_after_cursor(after);
  std::optional<v1::Event> last;
  const absl::Status watched = client.WatchEvents(
      request, absl::Now() + absl::FromChrono(longest),
      [&id, &last](const v1::WatchEventsResponse& response) {
        for (const v1::StoredEvent& stored : response.events()) {
          const v1::EventKind kind = stored.event().kind();
          if (stored.event().grant_id() != id) continue;
          if (kind == v1::EVENT_KIND_GRANT_OPENED || kind == v1::EVENT_KIND_GRANT_REFUSED ||
              kind == v1::EVENT_KIND_GRANT_ENDED) {
            last = stored.event();
            return Client::Watch::kEnough;
          }
        }
        return Client::Watch::kGoOn;
      });
  if (absl::IsDeadlineExceeded(watched)) {
    return absl::DeadlineExceededError(
        context.Say(messages::kGrantNotConfirmed, {{"grant", ShortId(id)},
                                                   {"span", WriteSpan(longest)},
                                                   {"terminal", grant.terminal_name()}}));
  }
  if (!watched.ok()) return watched;
  if (last->kind() == v1::EVENT_KIND_GRANT_OPENED) {
    context.err() << context.Say(
        messages::kGrantRunning,
        {{"until", WriteMoment(grant.claims().expires_at(), context.zone())}});
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(
      context.Say(messages::kGrantEndedUnopened,
                  {{"grant", ShortId(id)}, {"state", DescribeEvent(*last, context.language())}}));
}

std::string Confirmation(const Context& context, const v1::Grant& grant) {
  const std::string id = ShortId(grant.claims().grant_id());
  std::string text = context.Say(messages::kGrantIssued,
                                 {{"grant", id},
                                  {"device", DescribeDevice(grant.device(), context.language())},
                                  {"terminal", grant.terminal_name()},
                                  {"mode", NameOf(grant.claims().action(), context.language())},
                                  {"span", WriteSpan(std::chrono::seconds(grant.seconds()))},
                                  {"state", NameOf(grant.state(), context.language())}});
  return text + context.Say(grant.state() == v1::GRANT_STATE_AWAITING_APPROVAL
                                ? messages::kGrantNeedsApproval
                                : messages::kGrantNext,
                            {{"grant", id}});
}

absl::Status Create(Context& context, const CreateOptions& options) {
  absl::StatusOr<v1::CreateGrantRequest> request = RequestFrom(context, options);
  if (!request.ok()) return request.status();
  std::chrono::seconds wait{0};
  if (!options.wait.empty()) {
    const absl::StatusOr<std::chrono::seconds> parsed = ParseSpan(options.wait, context.language());
    if (!parsed.ok()) return AsUsageError(parsed.status());
    wait = *parsed;
  }
  const absl::StatusOr<Client*> client = context.Connect();
  if (!client.ok()) return client.status();
  if (!options.device.empty()) {
    const absl::StatusOr<std::string> fingerprint =
        ResolveFingerprint(context, **client, options.terminal, options.device);
    if (!fingerprint.ok()) return fingerprint.status();
    request->set_fingerprint(*fingerprint);
  }
  std::uint64_t after = 0;
  if (wait.count() > 0) {
    const absl::StatusOr<std::uint64_t> newest = NewestCursor(**client);
    if (!newest.ok()) return newest.status();
    after = *newest;
  }
  const absl::StatusOr<v1::CreateGrantResponse> answer = (*client)->Call(*request);
  if (!answer.ok()) {
    return SuggestTerminal(context, **client, answer.status(), options.terminal);
  }
  const absl::Status shown = context.Show(*answer, Confirmation(context, answer->grant()));
  context.out().flush();
  if (!shown.ok() || wait.count() == 0 ||
      answer->grant().state() == v1::GRANT_STATE_AWAITING_APPROVAL) {
    return shown;
  }
  return WaitUntilOpen(context, **client, answer->grant(), after, wait);
}

absl::Status Approve(Context& context, const std::string& typed) {
  const absl::StatusOr<Client*> client = context.Connect();
  if (!client.ok()) return client.status();
  const absl::StatusOr<v1::Grant> grant = ResolveGrant(context, **client, typed);
  if (!grant.ok()) return grant.status();
  v1::ApproveGrantRequest request;
  request.set_grant_id(grant->claims().grant_id());
  const absl::StatusOr<v1::ApproveGrantResponse> answer = (*client)->Call(request);
  if (!answer.ok()) return answer.status();
  return context.Show(*answer, Confirmation(context, answer->grant()));
}

absl::Status Revoke(Context& context, const std::string& typed, const std::string& reason) {
  const absl::StatusOr<Client*> client = context.Connect();
  if (!client.ok()) return client.status();
  const absl::StatusOr<v1::Grant> grant = ResolveGrant(context, **client, typed);
  if (!grant.ok()) return grant.status();
  v1::RevokeGrantRequest request;
  request.set_grant_id(grant->claims().grant_id());
  request.set_reason(reason);
  const absl::StatusOr<v1::RevokeGrantResponse> answer = (*client)->Call(request);
  if (!answer.ok()) return answer.status();
  return context.Show(*answer, WriteGrant(answer->grant(), StyleOf(context)));
}

struct ListOptions {
  bool all = false;
  std::string terminal;
};

absl::Status List(Context& context, const ListOptions& options) {
  const absl::StatusOr<Client*> client = context.Connect();
  if (!client.ok()) return client.status();
  v1::ListGrantsRequest request;
  request.set_live_only(!options.all);
  request.set_terminal(options.terminal);
  const absl::StatusOr<std::vector<v1::Grant>> grants = FetchGrants(**client, request, kMostGrants);
  if (!grants.ok()) return SuggestTerminal(context, **client, grants.status(), options.terminal);
  v1::ListGrantsResponse all;
  for (const v1::Grant& grant : *grants) *all.add_grants() = grant;
  if (grants->empty()) return context.Show(all, context.Say(messages::kNothing));
  return context.Show(all, WriteGrants(*grants, StyleOf(context)));
}

absl::Status Show(Context& context, const std::string& typed) {
  const absl::StatusOr<Client*> client = context.Connect();
  if (!client.ok()) return client.status();
  const absl::StatusOr<v1::Grant> grant = ResolveGrant(context, **client, typed);
  if (!grant.ok()) return grant.status();
  return context.Show(*grant, WriteGrant(*grant, StyleOf(context)));
}

void AddListOptions(CLI::App* command, Context& context) {
  const auto options = std::make_shared<ListOptions>();
  AddFlag(command, context, "--all", options->all, help::kAllGrants);
  AddText(command, context, "--terminal", options->terminal, help::kEventTerminal, "TERMINAL");
  OnRun(command, context, [&context, options] { return List(context, *options); });
}

}  // namespace

void AddGrants(CLI::App& root, Context& context) {
  CLI::App* grants = AddCommand(root, context, help::kGrants);
  AddListOptions(grants, context);

  CLI::App* create = AddCommand(*grants, context, help::kGrantsCreate);
  const auto created = std::make_shared<CreateOptions>();
  AddText(create, context, "REFERENCE", created->reference, help::kReference, "");
  AddText(create, context, "--terminal", created->terminal, help::kGrantTerminal, "TERMINAL");
  AddText(create, context, "--device", created->device, help::kDevice, "HEX");
  AddText(create, context, "--for", created->lifetime, help::kGrantFor, "SPAN")->required();
  AddText(create, context, "--mode", created->mode, help::kMode, "read-only|read-write")
      ->required();
  AddText(create, context, "--reason", created->reason, help::kReason, "TEXT")->required();
  AddText(create, context, "--ticket", created->ticket, help::kTicket, "TEXT")->required();
  AddText(create, context, "--max-volume", created->max_volume, help::kMaxVolume, "VOLUME");
  AddFlag(create, context, "--this-port-only", created->this_port, help::kThisPort);
  AddText(create, context, "--wait", created->wait, help::kWait, "SPAN");
  OnRun(create, context, [&context, created] { return Create(context, *created); });

  CLI::App* approve = AddCommand(*grants, context, help::kGrantsApprove);
  const auto approved = std::make_shared<std::string>();
  AddText(approve, context, "GRANT", *approved, help::kGrant, "")->required();
  OnRun(approve, context, [&context, approved] { return Approve(context, *approved); });

  CLI::App* revoke = AddCommand(*grants, context, help::kGrantsRevoke);
  const auto revoked = std::make_shared<std::pair<std::string, std::string>>();
  AddText(revoke, context, "GRANT", revoked->first, help::kGrant, "")->required();
  AddText(revoke, context, "--reason", revoked->second, help::kReason, "TEXT")->required();
  OnRun(revoke, context,
        [&context, revoked] { return Revoke(context, revoked->first, revoked->second); });

  AddListOptions(AddCommand(*grants, context, help::kGrantsList), context);

  CLI::App* show = AddCommand(*grants, context, help::kGrantsShow);
  const auto shown = std::make_shared<std::string>();
  AddText(show, context, "GRANT", *shown, help::kGrant, "")->required();
  OnRun(show, context, [&context, shown] { return Show(context, *shown); });
}

}  // namespace sekisho::console::cli
