#include <memory>
#include <utility>

#include "console/cli/commands/commands.h"
#include "console/cli/resolve.h"
#include "console/cli/texts/messages.h"

namespace sekisho::console::cli {
namespace {

struct Options {
  std::string reference;
  std::string terminal;
  std::string device;
  std::string port;
  std::string reason;
  bool even_the_last = false;
};

absl::Status Adopt(Context& context, const Options& options) {
  v1::AdoptDeviceRequest request;
  request.set_terminal(options.terminal);
  request.set_reason(options.reason);
  if (!options.reference.empty()) {
    if (!options.device.empty()) return context.Usage(messages::kReferenceAndDevice);
    absl::StatusOr<std::string> reference = ParseReference(options.reference, context.language());
    if (!reference.ok()) return reference.status();
    request.set_reference(*std::move(reference));
  } else if (options.terminal.empty() || options.device.empty()) {
    return context.Usage(messages::kReferenceOrDevice);
  }
  const absl::StatusOr<Client*> client = context.Connect();
  if (!client.ok()) return client.status();
  if (!options.device.empty()) {
    const absl::StatusOr<std::string> fingerprint =
        ResolveFingerprint(context, **client, options.terminal, options.device);
    if (!fingerprint.ok()) return fingerprint.status();
    request.set_fingerprint(*fingerprint);
  }
  const absl::StatusOr<v1::AdoptDeviceResponse> answer = (*client)->Call(request);
  if (!answer.ok()) return SuggestTerminal(context, **client, answer.status(), options.terminal);
  return context.Show(*answer, DescribeOrdered(context, answer->order()));
}

absl::Status Abandon(Context& context, const Options& options) {
  const absl::StatusOr<Client*> client = context.Connect();
  if (!client.ok()) return client.status();
  const absl::StatusOr<std::string> fingerprint =
      ResolveFingerprint(context, **client, options.terminal, options.device);
  if (!fingerprint.ok()) return fingerprint.status();
  v1::AbandonDeviceRequest request;
  request.set_terminal(options.terminal);
  request.set_fingerprint(*fingerprint);
  request.set_port_path(options.port);
  request.set_reason(options.reason);
  request.set_even_the_last(options.even_the_last);
  const absl::StatusOr<v1::AbandonDeviceResponse> answer = (*client)->Call(request);
  if (!answer.ok()) return SuggestTerminal(context, **client, answer.status(), options.terminal);
  return context.Show(*answer, DescribeOrdered(context, answer->order()));
}

}  // namespace

void AddDevices(CLI::App& root, Context& context) {
  CLI::App* devices = AddCommand(root, context, help::kDevices);
  NeedsCommand(devices, context);

  CLI::App* adopt = AddCommand(*devices, context, help::kDevicesAdopt);
  const auto adopted = std::make_shared<Options>();
  AddText(adopt, context, "REFERENCE", adopted->reference, help::kReference, "");
  AddText(adopt, context, "--terminal", adopted->terminal, help::kGrantTerminal, "TERMINAL");
  AddText(adopt, context, "--device", adopted->device, help::kDevice, "HEX");
  AddText(adopt, context, "--reason", adopted->reason, help::kReason, "TEXT")->required();
  OnRun(adopt, context, [&context, adopted] { return Adopt(context, *adopted); });

  CLI::App* abandon = AddCommand(*devices, context, help::kDevicesAbandon);
  const auto abandoned = std::make_shared<Options>();
  AddText(abandon, context, "--terminal", abandoned->terminal, help::kTerminal, "TERMINAL")
      ->required();
  AddText(abandon, context, "--device", abandoned->device, help::kDevice, "HEX")->required();
  AddText(abandon, context, "--port", abandoned->port, help::kPort, "PORT");
  AddFlag(abandon, context, "--even-the-last", abandoned->even_the_last, help::kEvenTheLast);
  AddText(abandon, context, "--reason", abandoned->reason, help::kReason, "TEXT")->required();
  OnRun(abandon, context, [&context, abandoned] { return Abandon(context, *abandoned); });
}

}  // namespace sekisho::console::cli
