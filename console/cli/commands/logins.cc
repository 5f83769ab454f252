#include "console/cli/texts/logins.h"

#include <memory>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "console/cli/commands/fleet_order.h"

namespace sekisho::console::cli {
namespace {

constexpr std::size_t kMostTerminals = 100'000;

struct ListOptions {
  Fleet fleet;
  bool missing = false;
};

absl::StatusOr<std::vector<v1::Terminal>> FetchFleet(Context& context, Client& client,
                                                     const Fleet& fleet) {
  if (!fleet.terminal.empty()) {
    v1::GetTerminalRequest request;
    request.set_terminal(fleet.terminal);
    const absl::StatusOr<v1::GetTerminalResponse> answer = client.Call(request);
    if (!answer.ok()) return SuggestTerminal(context, client, answer.status(), fleet.terminal);
    return std::vector<v1::Terminal>{answer->terminal()};
  }
  const absl::StatusOr<std::string> group = ResolveGroup(context, client, fleet.group);
  if (!group.ok()) return group.status();
  v1::ListTerminalsRequest request;
  request.set_group_id(*group);
  return FetchTerminals(client, request, kMostTerminals);
}

absl::Status List(Context& context, const ListOptions& options) {
  if (!options.fleet.group.empty() && !options.fleet.terminal.empty()) {
    return context.Usage(messages::kGroupAndTerminal);
  }
  const absl::StatusOr<Client*> client = context.Connect();
  if (!client.ok()) return client.status();
  absl::StatusOr<std::vector<v1::Terminal>> terminals =
      FetchFleet(context, **client, options.fleet);
  if (!terminals.ok()) return terminals.status();
  if (options.missing) terminals = OnlyMissing(*std::move(terminals));
  v1::ListTerminalsResponse all;
  for (const v1::Terminal& terminal : *terminals) *all.add_terminals() = terminal;
  const std::string text = WriteLogins(*terminals, StyleOf(context));
  if (!text.empty()) return context.Show(all, text);
  return context.Show(all,
                      context.Say(options.missing ? messages::kNobodyMissing : messages::kNothing));
}

struct ModeOptions {
  Fleet fleet;
  std::string without;
  std::string reason;
  bool yes = false;
};

absl::Status SetMode(Context& context, v1::LoginsMode mode, const ModeOptions& options) {
  if (absl::Status where = CheckFleet(context, options.fleet); !where.ok()) return where;
  v1::SetLoginsModeRequest request;
  request.mutable_what()->set_mode(mode);
  for (const auto name : absl::StrSplit(options.without, ',', absl::SkipWhitespace())) {
    request.mutable_what()->add_without_factor(std::string(absl::StripAsciiWhitespace(name)));
  }
  request.set_reason(options.reason);
  const absl::StatusOr<Client*> client = Aim(context, options.fleet, request);
  if (!client.ok()) return client.status();
  if (options.yes) return OrderFleet(context, options.fleet, **client, request);
  Question question{
      mode == v1::LOGINS_MODE_ENFORCE ? messages::kAskEnforceLogins : messages::kAskObserveLogins,
      {}};
  if (!request.what().without_factor().empty()) {
    question.more = [&context, &request](Client&) -> absl::StatusOr<std::string> {
      return context.Say(messages::kLockedOutKnowingly,
                         {{"people", absl::StrJoin(request.what().without_factor(), ", ")}});
    };
  }
  return OrderFleet(context, options.fleet, **client, request, question);
}

struct PersonOptions {
  std::string terminal;
  std::string person;
  std::string reason;
  bool yes = false;
};

template <typename Request>
absl::Status OrderForPerson(Context& context, const PersonOptions& options, const Text* after) {
  const absl::StatusOr<Client*> client = context.Connect();
  if (!client.ok()) return client.status();
  Request request;
  request.set_terminal(options.terminal);
  request.set_person(options.person);
  request.set_reason(options.reason);
  const auto answer = (*client)->Call(request);
  if (!answer.ok()) return SuggestTerminal(context, **client, answer.status(), options.terminal);
  std::string text = DescribeOrdered(context, answer->order());
  if (after != nullptr) {
    text += context.Say(*after, {{"terminal", options.terminal}, {"person", options.person}});
  }
  return context.Show(*answer, text);
}

absl::Status Reset(Context& context, const PersonOptions& options) {
  if (!options.yes) {
    const absl::Status confirmed =
        Confirm(context, context.Say(messages::kAskReset,
                                     {{"terminal", options.terminal}, {"person", options.person}}));
    if (!confirmed.ok()) return confirmed;
  }
  return OrderForPerson<v1::RemoveFactorsRequest>(context, options, &messages::kEnrolAnew);
}

void AddListOptions(CLI::App* command, Context& context) {
  const auto options = std::make_shared<ListOptions>();
  AddFleet(command, context, options->fleet);
  AddFlag(command, context, "--missing", options->missing, help::kMissing);
  OnRun(command, context, [&context, options] { return List(context, *options); });
}

std::shared_ptr<ModeOptions> AddModeOptions(CLI::App* command, Context& context) {
  const auto options = std::make_shared<ModeOptions>();
  AddFleet(command, context, options->fleet);
  AddText(command, context, "--reason", options->reason, help::kReason, "TEXT")->required();
  AddFlag(command, context, "--yes", options->yes, help::kYes);
  return options;
}

std::shared_ptr<PersonOptions> AddPersonOptions(CLI::App* command, Context& context) {
  const auto options = std::make_shared<PersonOptions>();
  AddText(command, context, "TERMINAL", options->terminal, help::kTerminal, "")->required();
  AddText(command, context, "PERSON", options->person, help::kLoginName, "")->required();
  AddText(command, context, "--reason", options->reason, help::kReason, "TEXT")->required();
  return options;
}

}  // namespace

void AddLogins(CLI::App& root, Context& context) {
  CLI::App* logins = AddCommand(root, context, help::kLogins);
  AddListOptions(logins, context);
  AddListOptions(AddCommand(*logins, context, help::kLoginsList), context);

  CLI::App* enforce = AddCommand(*logins, context, help::kLoginsEnforce);
  const std::shared_ptr<ModeOptions> enforced = AddModeOptions(enforce, context);
  AddText(enforce, context, "--without", enforced->without, help::kWithoutFactor, "NAME,NAME");
  OnRun(enforce, context,
        [&context, enforced] { return SetMode(context, v1::LOGINS_MODE_ENFORCE, *enforced); });

  CLI::App* observe = AddCommand(*logins, context, help::kLoginsObserve);
  const std::shared_ptr<ModeOptions> observed = AddModeOptions(observe, context);
  OnRun(observe, context,
        [&context, observed] { return SetMode(context, v1::LOGINS_MODE_OBSERVE, *observed); });

  CLI::App* lift = AddCommand(*logins, context, help::kLoginsLift);
  const std::shared_ptr<PersonOptions> lifted = AddPersonOptions(lift, context);
  OnRun(lift, context, [&context, lifted] {
    return OrderForPerson<v1::LiftLoginLockRequest>(context, *lifted, nullptr);
  });

  CLI::App* reset = AddCommand(*logins, context, help::kLoginsReset);
  const std::shared_ptr<PersonOptions> cleared = AddPersonOptions(reset, context);
  AddFlag(reset, context, "--yes", cleared->yes, help::kYes);
  OnRun(reset, context, [&context, cleared] { return Reset(context, *cleared); });
}

}  // namespace sekisho::console::cli
