#include <memory>

#include "console/cli/commands/commands.h"
#include "console/cli/resolve.h"
#include "console/cli/texts/messages.h"

namespace sekisho::console::cli {
namespace {

constexpr int kMostRequests = 1000;

struct ListOptions {
  bool blocks = false;
  bool all = false;
};

absl::Status List(Context& context, const ListOptions& options) {
  v1::ListRequestsRequest request;
  request.set_include_blocks(options.blocks || options.all);
  request.set_include_answered(options.all);
  request.set_page_size(kMostRequests);
  return context.Ask(request, [&](const v1::ListRequestsResponse& answer) {
    return answer.requests().empty() ? context.Say(messages::kNothing)
                                     : WriteRequests(answer, StyleOf(context));
  });
}

absl::Status Show(Context& context, const std::string& typed) {
  const absl::StatusOr<std::string> reference = ParseReference(typed, context.language());
  if (!reference.ok()) return reference.status();
  const absl::StatusOr<Client*> client = context.Connect();
  if (!client.ok()) return client.status();
  v1::ListRequestsRequest request;
  request.set_include_blocks(true);
  request.set_include_answered(true);
  request.set_reference(*reference);
  const absl::StatusOr<v1::ListRequestsResponse> answer = (*client)->Call(request);
  if (!answer.ok()) return answer.status();
  if (answer->requests().empty()) {
    return absl::NotFoundError(context.Say(messages::kNoSuchRequest, {{"typed", *reference}}));
  }
  std::string text;
  for (const v1::ExceptionRequest& found : answer->requests()) {
    if (!text.empty()) text += "\n";
    text += WriteRequest(found, StyleOf(context));
  }
  return context.Show(*answer, text);
}

struct DenyOptions {
  std::string reference;
  std::string terminal;
  std::string reason;
};

absl::Status Deny(Context& context, const DenyOptions& options) {
  const absl::StatusOr<std::string> reference =
      ParseReference(options.reference, context.language());
  if (!reference.ok()) return reference.status();
  v1::DenyRequestRequest request;
  request.set_reference(*reference);
  request.set_terminal(options.terminal);
  request.set_reason(options.reason);
  return context.Ask(request, [&](const v1::DenyRequestResponse&) {
    return context.Say(messages::kRequestDenied, {{"reference", *reference}});
  });
}

void AddListOptions(CLI::App* command, Context& context) {
  const auto options = std::make_shared<ListOptions>();
  AddFlag(command, context, "--blocks", options->blocks, help::kBlocks);
  AddFlag(command, context, "--all", options->all, help::kAllRequests);
  OnRun(command, context, [&context, options] { return List(context, *options); });
}

}  // namespace

void AddRequests(CLI::App& root, Context& context) {
  CLI::App* requests = AddCommand(root, context, help::kRequests);
  AddListOptions(requests, context);
  AddListOptions(AddCommand(*requests, context, help::kRequestsList), context);

  CLI::App* show = AddCommand(*requests, context, help::kRequestsShow);
  const auto shown = std::make_shared<std::string>();
  AddText(show, context, "REFERENCE", *shown, help::kReference, "")->required();
  OnRun(show, context, [&context, shown] { return Show(context, *shown); });

  CLI::App* deny = AddCommand(*requests, context, help::kRequestsDeny);
  const auto denied = std::make_shared<DenyOptions>();
  AddText(deny, context, "REFERENCE", denied->reference, help::kReference, "")->required();
  AddText(deny, context, "--reason", denied->reason, help::kReason, "TEXT")->required();
  AddText(deny, context, "--terminal", denied->terminal, help::kReferenceTerminal, "TERMINAL");
  OnRun(deny, context, [&context, denied] { return Deny(context, *denied); });
}

}  // namespace sekisho::console::cli
