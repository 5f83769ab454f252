#include "console/cli/completion.h"

#include <set>

#include "absl/strings/str_split.h"
#include "console/cli/texts/names.h"
#include "sekisho/v1/event.pb.h"

namespace sekisho::console::cli {
namespace {

const CLI::App* Command(const CLI::App& app, std::string_view name) {
  for (const CLI::App* command : app.get_subcommands({})) {
    if (command->get_name() == name) return command;
  }
  return nullptr;
}

// Options may stand after any command below the one that they belong to.
const CLI::Option* OptionOf(const CLI::App& app, const std::string& name) {
  for (const CLI::App* at = &app; at != nullptr; at = at->get_parent()) {
    for (const CLI::Option* option : at->get_options()) {
      if (option->nonpositional() && option->check_name(name)) return option;
    }
  }
  return nullptr;
}

bool TakesValue(const CLI::Option& option) { return option.get_items_expected_max() > 0; }

// An option's choices are written in its type's name ("table|json"): what --help shows.
std::vector<Candidate> ValuesOf(const std::string& type) {
  std::vector<Candidate> values;
  if (type == "FILE") return {{std::string(kFiles), ""}};
  if (type == "KIND") {
    for (const std::string& word : WordsOf(*v1::EventKind_descriptor())) {
      values.push_back({word, ""});
    }
  } else if (type.find('|') != std::string::npos) {
    for (const auto word : absl::StrSplit(type, '|')) {
      values.push_back({std::string(word), ""});
    }
  }
  return values;
}

std::vector<Candidate> BeginningWith(std::vector<Candidate> candidates, std::string_view typed) {
  std::erase_if(candidates, [typed](const Candidate& candidate) {
    return candidate.word != kFiles && !candidate.word.starts_with(typed);
  });
  return candidates;
}

std::vector<Candidate> CommandsAndArguments(const CLI::App& app) {
  std::vector<Candidate> candidates;
  for (const CLI::App* command : app.get_subcommands({})) {
    candidates.push_back({command->get_name(), command->get_description()});
  }
  for (const CLI::Option* option : app.get_options()) {
    if (!option->get_positional()) continue;
    if (option->get_name() == "FILE") candidates.push_back({std::string(kFiles), ""});
    if (option->get_name() == "SHELL") {
      for (const char* shell : {"bash", "zsh", "fish"}) candidates.push_back({shell, ""});
    }
  }
  return candidates;
}

std::vector<Candidate> Options(const CLI::App& app) {
  std::vector<Candidate> candidates;
  for (const CLI::App* at = &app; at != nullptr; at = at->get_parent()) {
    for (const CLI::Option* option : at->get_options()) {
      if (!option->nonpositional()) continue;
      for (const std::string& name : option->get_lnames()) {
        candidates.push_back({"--" + name, option->get_description()});
      }
    }
  }
  // `grants` and `grants create` both have a --terminal; the nearer one counts.
  std::set<std::string> seen;
  std::erase_if(candidates, [&seen](const Candidate& candidate) {
    return !seen.insert(candidate.word).second;
  });
  return candidates;
}

}  // namespace

std::vector<Candidate> Complete(const CLI::App& root, std::span<const std::string> words) {
  if (words.empty()) return {};
  const std::string& typed = words.back();
  const CLI::App* app = &root;
  const CLI::Option* waiting = nullptr;  // an option that the next word is the value of
  for (const std::string& word : words.first(words.size() - 1)) {
    if (waiting != nullptr) {
      waiting = nullptr;
    } else if (word.starts_with("-")) {
      const CLI::Option* option = OptionOf(*app, word);
      if (option != nullptr && TakesValue(*option)) waiting = option;
    } else if (const CLI::App* command = Command(*app, word); command != nullptr) {
      app = command;
    }
  }
  if (waiting != nullptr) return BeginningWith(ValuesOf(waiting->get_type_name()), typed);
  if (typed.starts_with("-")) return BeginningWith(Options(*app), typed);
  return BeginningWith(CommandsAndArguments(*app), typed);
}

}  // namespace sekisho::console::cli
