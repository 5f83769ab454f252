#include <memory>

#include "console/cli/commands/commands.h"
#include "console/cli/prompt.h"
#include "console/cli/resolve.h"
#include "console/cli/texts/messages.h"
#include "console/cli/time_span.h"

namespace sekisho::console::cli {
namespace {

constexpr std::size_t kMostTerminals = 100'000;

struct ListOptions {
  bool unprotected = false;
  std::string group;
};

absl::Status List(Context& context, const ListOptions& options) {
  const absl::StatusOr<Client*> client = context.Connect();
  if (!client.ok()) return client.status();
  v1::ListTerminalsRequest request;
  request.set_unprotected_only(options.unprotected);
  const absl::StatusOr<std::string> group = ResolveGroup(context, **client, options.group);
  if (!group.ok()) return group.status();
  request.set_group_id(*group);
  const absl::StatusOr<std::vector<v1::Terminal>> terminals =
      FetchTerminals(**client, request, kMostTerminals);
  if (!terminals.ok()) return terminals.status();
  v1::ListTerminalsResponse all;
  for (const v1::Terminal& terminal : *terminals) *all.add_terminals() = terminal;
  if (terminals->empty()) {
    return context.Show(
        all, context.Say(options.unprotected ? messages::kAllProtected : messages::kNothing));
  }
  return context.Show(all, WriteTerminals(*terminals, FetchGroupPaths(**client), StyleOf(context)));
}

absl::Status Show(Context& context, const std::string& terminal) {
  const absl::StatusOr<Client*> client = context.Connect();
  if (!client.ok()) return client.status();
  v1::GetTerminalRequest request;
  request.set_terminal(terminal);
  const absl::StatusOr<v1::GetTerminalResponse> answer = (*client)->Call(request);
  if (!answer.ok()) return SuggestTerminal(context, **client, answer.status(), terminal);
  return context.Show(
      *answer, WriteTerminal(answer->terminal(), FetchGroupPaths(**client), StyleOf(context)));
}

struct RevokeOptions {
  std::string terminal;
  std::string reason;
  bool yes = false;
};

absl::Status Revoke(Context& context, const RevokeOptions& options) {
  const absl::StatusOr<Client*> client = context.Connect();
  if (!client.ok()) return client.status();
  if (!options.yes) {
    const absl::Status confirmed = Confirm(
        context, context.Say(messages::kAskRevokeTerminal, {{"terminal", options.terminal}}));
    if (!confirmed.ok()) return confirmed;
  }
  v1::RevokeTerminalRequest request;
  request.set_terminal(options.terminal);
  request.set_reason(options.reason);
  const absl::StatusOr<v1::RevokeTerminalResponse> answer = (*client)->Call(request);
  if (!answer.ok()) return SuggestTerminal(context, **client, answer.status(), options.terminal);
  return context.Show(*answer,
                      context.Say(messages::kTerminalRevoked, {{"terminal", options.terminal}}));
}

absl::Status Release(Context& context, const RevokeOptions& options) {
  const absl::StatusOr<Client*> client = context.Connect();
  if (!client.ok()) return client.status();
  if (!options.yes) {
    const absl::Status confirmed =
        Confirm(context, context.Say(messages::kAskRelease, {{"terminal", options.terminal}}));
    if (!confirmed.ok()) return confirmed;
  }
  v1::ReleaseTerminalRequest request;
  request.set_terminal(options.terminal);
  request.set_reason(options.reason);
  const absl::StatusOr<v1::ReleaseTerminalResponse> answer = (*client)->Call(request);
  if (!answer.ok()) return SuggestTerminal(context, **client, answer.status(), options.terminal);
  return context.Show(*answer, DescribeOrdered(context, answer->order()));
}

struct ExpectOptions {
  std::string name;
  std::string group;
};

absl::Status Expect(Context& context, const ExpectOptions& options) {
  const absl::StatusOr<Client*> client = context.Connect();
  if (!client.ok()) return client.status();
  v1::ExpectTerminalRequest request;
  request.set_name(options.name);
  const absl::StatusOr<std::string> group = ResolveGroup(context, **client, options.group);
  if (!group.ok()) return group.status();
  request.set_group_id(*group);
  const absl::StatusOr<v1::ExpectTerminalResponse> answer = (*client)->Call(request);
  if (!answer.ok()) return answer.status();
  return context.Show(
      *answer, context.Say(messages::kTerminalExpected, {{"terminal", answer->terminal().name()}}));
}

void AddListOptions(CLI::App* command, Context& context) {
  const auto options = std::make_shared<ListOptions>();
  AddFlag(command, context, "--unprotected", options->unprotected, help::kUnprotected);
  AddText(command, context, "--group", options->group, help::kGroup, "GROUP");
  OnRun(command, context, [&context, options] { return List(context, *options); });
}

}  // namespace

void AddTerminals(CLI::App& root, Context& context) {
  CLI::App* terminals = AddCommand(root, context, help::kTerminals);
  AddListOptions(terminals, context);
  AddListOptions(AddCommand(*terminals, context, help::kTerminalsList), context);

  CLI::App* show = AddCommand(*terminals, context, help::kTerminalsShow);
  const auto shown = std::make_shared<std::string>();
  AddText(show, context, "TERMINAL", *shown, help::kTerminal, "")->required();
  OnRun(show, context, [&context, shown] { return Show(context, *shown); });

  CLI::App* revoke = AddCommand(*terminals, context, help::kTerminalsRevoke);
  const auto revoked = std::make_shared<RevokeOptions>();
  AddText(revoke, context, "TERMINAL", revoked->terminal, help::kTerminal, "")->required();
  AddText(revoke, context, "--reason", revoked->reason, help::kReason, "TEXT")->required();
  AddFlag(revoke, context, "--yes", revoked->yes, help::kYes);
  OnRun(revoke, context, [&context, revoked] { return Revoke(context, *revoked); });

  CLI::App* release = AddCommand(*terminals, context, help::kTerminalsRelease);
  const auto released = std::make_shared<RevokeOptions>();
  AddText(release, context, "TERMINAL", released->terminal, help::kTerminal, "")->required();
  AddText(release, context, "--reason", released->reason, help::kReason, "TEXT")->required();
  AddFlag(release, context, "--yes", released->yes, help::kYes);
  OnRun(release, context, [&context, released] { return Release(context, *released); });

  CLI::App* expect = AddCommand(*terminals, context, help::kTerminalsExpect);
  const auto expected = std::make_shared<ExpectOptions>();
  AddText(expect, context, "NAME", expected->name, help::kTerminalName, "")->required();
  AddText(expect, context, "--group", expected->group, help::kGroup, "GROUP");
  OnRun(expect, context, [&context, expected] { return Expect(context, *expected); });
}

}  // namespace sekisho::console::cli
