#include "console/cli/commands/help_formatter.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "console/cli/render/table.h"
#include "console/cli/texts/text.h"

namespace sekisho::console::cli {
namespace {

constexpr int kColumn = 32;

std::string Line(const std::string& name, const std::string& description) {
  const std::string left = "  " + name;
  if (DisplayWidth(left) + 2 > kColumn) {
    return absl::StrCat(left, "\n", std::string(kColumn, ' '), description, "\n");
  }
  return absl::StrCat(PadTo(left, kColumn), description, "\n");
}

}  // namespace

std::string HelpFormatter::make_option(const CLI::Option* option, bool is_positional) const {
  return Line(make_option_name(option, is_positional) + make_option_opts(option),
              make_option_desc(option));
}

std::string HelpFormatter::make_subcommand(const CLI::App* command) const {
  return Line(command->get_name(), command->get_description());
}

std::string HelpFormatter::make_group(std::string group, bool is_positional,
                                      std::vector<const CLI::Option*> options) const {
  std::string out = absl::StrCat("\n", group, ":\n");
  for (const CLI::Option* option : options) out += make_option(option, is_positional);
  return out;
}

std::string HelpFormatter::make_option_opts(const CLI::Option* option) const {
  std::string out;
  if (option->get_type_size() != 0 && !option->get_positional()) {
    // Choices that CLI11 appends after a colon repeat the name.
    const std::string type = option->get_type_name();
    absl::StrAppend(&out, " ", type.substr(0, type.find(':')));
    if (!option->get_default_str().empty()) absl::StrAppend(&out, "=", option->get_default_str());
  }
  if (option->get_required()) absl::StrAppend(&out, " ", get_label("REQUIRED"));
  return out;
}

}  // namespace sekisho::console::cli
