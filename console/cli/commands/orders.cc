#include <memory>

#include "absl/strings/str_cat.h"
#include "console/cli/commands/commands.h"
#include "console/cli/resolve.h"
#include "console/cli/texts/messages.h"

namespace sekisho::console::cli {
namespace {

constexpr int kPage = 1000;
constexpr int kMostOrders = 10'000;

struct ListOptions {
  std::string group;
  std::string terminal;
  bool all = false;
};

absl::StatusOr<v1::ListOrdersResponse> FetchOrders(Client& client, v1::ListOrdersRequest request) {
  v1::ListOrdersResponse all;
  request.set_page_size(kPage);
  do {
    absl::StatusOr<v1::ListOrdersResponse> page = client.Call(request);
    if (!page.ok()) return page.status();
    request.set_page_token(page->orders().empty() ? "" : page->next_page_token());
    for (v1::IssuedOrder& order : *page->mutable_orders()) *all.add_orders() = std::move(order);
  } while (!request.page_token().empty() && all.orders_size() < kMostOrders);
  return all;
}

absl::Status List(Context& context, const ListOptions& options) {
  const absl::StatusOr<Client*> client = context.Connect();
  if (!client.ok()) return client.status();
  v1::ListOrdersRequest request;
  request.set_waiting_only(!options.all);
  request.set_terminal(options.terminal);
  const absl::StatusOr<std::string> group = ResolveGroup(context, **client, options.group);
  if (!group.ok()) return group.status();
  request.set_group_id(*group);
  const absl::StatusOr<v1::ListOrdersResponse> orders = FetchOrders(**client, request);
  if (!orders.ok()) return SuggestTerminal(context, **client, orders.status(), options.terminal);
  if (orders->orders().empty()) return context.Show(*orders, context.Say(messages::kNothing));
  return context.Show(*orders, WriteOrders(*orders, StyleOf(context)));
}

struct CancelOptions {
  std::string terminal;
  std::uint64_t version = 0;
  std::string reason;
};

absl::Status Cancel(Context& context, const CancelOptions& options) {
  v1::CancelOrderRequest request;
  request.set_terminal(options.terminal);
  request.set_version(options.version);
  request.set_reason(options.reason);
  return context.Ask(request, [&context](const v1::CancelOrderResponse& answer) {
    return context.Say(messages::kOrderCancelled,
                       {{"version", absl::StrCat(answer.order().order().version())},
                        {"terminal", answer.order().terminal_name()},
                        {"what", DescribeOrder(answer.order(), context.language())}});
  });
}

void AddListOptions(CLI::App* command, Context& context) {
  const auto options = std::make_shared<ListOptions>();
  AddFlag(command, context, "--all", options->all, help::kAllOrders);
  AddText(command, context, "--group", options->group, help::kGroup, "GROUP");
  AddText(command, context, "--terminal", options->terminal, help::kTerminal, "TERMINAL");
  OnRun(command, context, [&context, options] { return List(context, *options); });
}

}  // namespace

void AddOrders(CLI::App& root, Context& context) {
  CLI::App* orders = AddCommand(root, context, help::kOrders);
  AddListOptions(orders, context);
  AddListOptions(AddCommand(*orders, context, help::kOrdersList), context);

  CLI::App* cancel = AddCommand(*orders, context, help::kOrdersCancel);
  const auto cancelled = std::make_shared<CancelOptions>();
  AddText(cancel, context, "TERMINAL", cancelled->terminal, help::kTerminal, "")->required();
  cancel->add_option("VERSION", cancelled->version, context.Say(help::kOrderVersion))
      ->type_name("")
      ->required();
  AddText(cancel, context, "--reason", cancelled->reason, help::kReason, "TEXT")->required();
  OnRun(cancel, context, [&context, cancelled] { return Cancel(context, *cancelled); });
}

}  // namespace sekisho::console::cli
