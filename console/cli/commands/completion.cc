#include <memory>

#include "console/cli/commands/commands.h"
#include "console/cli/completion_scripts.h"

namespace sekisho::console::cli {

void AddCompletion(CLI::App& root, Context& context) {
  CLI::App* completion = AddCommand(root, context, help::kCompletion);
  const auto shell = std::make_shared<std::string>();
  AddText(completion, context, "SHELL", *shell, help::kShell, "")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  OnRun(completion, context, [&context, shell] {
    context.out() << (*shell == "bash"  ? kBashCompletion
                      : *shell == "zsh" ? kZshCompletion
                                        : kFishCompletion);
    return absl::OkStatus();
  });
}

}  // namespace sekisho::console::cli
