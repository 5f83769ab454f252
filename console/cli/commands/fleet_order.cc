#include "console/cli/commands/fleet_order.h"

namespace sekisho::console::cli {

void AddFleet(CLI::App* command, Context& context, Fleet& fleet) {
  AddText(command, context, "--group", fleet.group, help::kGroup, "GROUP");
  AddText(command, context, "--terminal", fleet.terminal, help::kTerminal, "TERMINAL");
}

absl::Status CheckFleet(const Context& context, const Fleet& fleet) {
  if (fleet.group.empty() != fleet.terminal.empty()) return absl::OkStatus();
  return context.Usage(messages::kGroupOrTerminal);
}

}  // namespace sekisho::console::cli
