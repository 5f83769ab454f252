#include <chrono>
#include <cstdint>
#include <memory>

#include "console/cli/commands/commands.h"
#include "console/cli/exit_code.h"
#include "console/cli/resolve.h"
#include "console/cli/texts/messages.h"
#include "console/cli/time_span.h"

namespace sekisho::console::cli {
namespace {

struct CreateOptions {
  std::string group;
  std::uint32_t uses = 1;
  std::string lifetime = "24h";
  std::string terminal;
};

absl::Status Create(Context& context, const CreateOptions& options) {
  const absl::StatusOr<std::chrono::seconds> lifetime =
      ParseSpan(options.lifetime, context.language());
  if (!lifetime.ok()) return AsUsageError(lifetime.status());
  const absl::StatusOr<Client*> client = context.Connect();
  if (!client.ok()) return client.status();
  const absl::StatusOr<std::string> group = ResolveGroup(context, **client, options.group);
  if (!group.ok()) return group.status();
  v1::CreateEnrolmentTokenRequest request;
  request.set_group_id(*group);
  request.set_uses(options.uses);
  request.set_lifetime_seconds(static_cast<std::uint32_t>(lifetime->count()));
  request.set_terminal_name(options.terminal);
  const absl::StatusOr<v1::CreateEnrolmentTokenResponse> answer = (*client)->Call(request);
  if (!answer.ok()) {
    return SuggestTerminal(context, **client, answer.status(), options.terminal);
  }
  if (context.output() == Output::kTable) {
    context.err() << context.Say(
        messages::kTokenMade,
        {{"id", answer->token_id()}, {"until", WriteMoment(answer->expires_at(), context.zone())}});
  }
  return context.Show(*answer, answer->token() + "\n");
}

absl::Status List(Context& context) {
  const absl::StatusOr<Client*> client = context.Connect();
  if (!client.ok()) return client.status();
  const absl::StatusOr<v1::ListEnrolmentTokensResponse> answer =
      (*client)->Call(v1::ListEnrolmentTokensRequest());
  if (!answer.ok()) return answer.status();
  if (answer->tokens().empty()) return context.Show(*answer, context.Say(messages::kNothing));
  return context.Show(*answer, WriteTokens(*answer, FetchGroupPaths(**client), StyleOf(context)));
}

absl::Status Revoke(Context& context, const std::string& id) {
  v1::RevokeEnrolmentTokenRequest request;
  request.set_token_id(id);
  return context.Ask(request, [&](const v1::RevokeEnrolmentTokenResponse&) {
    return context.Say(messages::kTokenRevoked, {{"id", id}});
  });
}

}  // namespace

void AddTokens(CLI::App& root, Context& context) {
  CLI::App* tokens = AddCommand(root, context, help::kTokens);
  OnRun(tokens, context, [&context] { return List(context); });
  OnRun(AddCommand(*tokens, context, help::kTokensList), context,
        [&context] { return List(context); });

  CLI::App* create = AddCommand(*tokens, context, help::kTokensCreate);
  const auto options = std::make_shared<CreateOptions>();
  AddText(create, context, "--group", options->group, help::kGroup, "GROUP");
  create->add_option("--uses", options->uses, context.Say(help::kUses))
      ->check(CLI::Range(1, 10'000))
      ->type_name("N")
      ->capture_default_str();
  AddText(create, context, "--for", options->lifetime, help::kTokenFor, "SPAN")
      ->capture_default_str();
  AddText(create, context, "--terminal", options->terminal, help::kTokenTerminal, "TERMINAL");
  OnRun(create, context, [&context, options] { return Create(context, *options); });

  CLI::App* revoke = AddCommand(*tokens, context, help::kTokensRevoke);
  const auto id = std::make_shared<std::string>();
  AddText(revoke, context, "TOKEN_ID", *id, help::kTokenId, "")->required();
  OnRun(revoke, context, [&context, id] { return Revoke(context, *id); });
}

}  // namespace sekisho::console::cli
