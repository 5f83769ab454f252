#ifndef SEKISHO_CONSOLE_CLI_COMMANDS_FLEET_ORDER_H_
#define SEKISHO_CONSOLE_CLI_COMMANDS_FLEET_ORDER_H_

#include <algorithm>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "console/cli/commands/commands.h"
#include "console/cli/prompt.h"
#include "console/cli/resolve.h"
#include "console/cli/texts/messages.h"

// What orders to a group or one terminal share: which terminals, what it would mean, the question,
// and what became of it.
namespace sekisho::console::cli {

struct Fleet {
  std::string group;
  std::string terminal;
};

// --group and --terminal.
void AddFleet(CLI::App* command, Context& context, Fleet& fleet);
// A typing error must not reach all terminals: which ones is always said.
absl::Status CheckFleet(const Context& context, const Fleet& fleet);

// Names the terminals in `request`, and the console that is asked.
template <typename Request>
absl::StatusOr<Client*> Aim(Context& context, const Fleet& fleet, Request& request) {
  const absl::StatusOr<Client*> client = context.Connect();
  if (!client.ok()) return client.status();
  const absl::StatusOr<std::string> group = ResolveGroup(context, **client, fleet.group);
  if (!group.ok()) return group.status();
  request.set_group_id(*group);
  request.set_terminal(fleet.terminal);
  return *client;
}

struct Question {
  const Text& text;  // {count}: on how many terminals something changes
  // What else there is to know before it is answered; may be left out.
  std::function<absl::StatusOr<std::string>(Client& client)> more;
};

// What it would mean, and the question. OK when there is nothing to ask about.
template <typename Request>
absl::Status AskFirst(Context& context, Client& client, Request request, const Question& question) {
  request.set_preview(true);
  const auto preview = client.Call(request);
  if (!preview.ok()) return preview.status();
  const auto changes =
      std::ranges::count_if(preview->terminals(), [](const v1::TerminalOutcome& terminal) {
        return terminal.outcome() == v1::ORDER_OUTCOME_AT_ONCE ||
               terminal.outcome() == v1::ORDER_OUTCOME_AT_NEXT_START;
      });
  if (changes == 0) return absl::OkStatus();
  std::string text = WriteOutcomes(preview->terminals(), StyleOf(context));
  if (question.more) {
    const absl::StatusOr<std::string> more = question.more(client);
    if (!more.ok()) return more.status();
    absl::StrAppend(&text, "\n", *more);
  }
  return Confirm(
      context,
      absl::StrCat(text, "\n", context.Say(question.text, {{"count", absl::StrCat(changes)}})));
}

// Asks when there is a question, orders, and shows what becomes of it on each terminal.
template <typename Request>
absl::Status OrderFleet(Context& context, const Fleet& fleet, Client& client,
                        const Request& request) {
  const auto answer = client.Call(request);
  if (!answer.ok()) return SuggestTerminal(context, client, answer.status(), fleet.terminal);
  return context.Show(*answer, WriteOutcomes(answer->terminals(), StyleOf(context)));
}
template <typename Request>
absl::Status OrderFleet(Context& context, const Fleet& fleet, Client& client,
                        const Request& request, const Question& question) {
  const absl::Status agreed = AskFirst(context, client, request, question);
  if (!agreed.ok()) return SuggestTerminal(context, client, agreed, fleet.terminal);
  return OrderFleet(context, fleet, client, request);
}

}  // namespace sekisho::console::cli

#endif  // SEKISHO_CONSOLE_CLI_COMMANDS_FLEET_ORDER_H_
