#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_join.h"
#include "console/cli/commands/commands.h"
#include "console/cli/profiles.h"
#include "console/cli/texts/messages.h"
#include "google/protobuf/struct.pb.h"

namespace sekisho::console::cli {
namespace {

// A profile's first two lines say what it is for, in Japanese and in English.
std::string TitleOf(const Profile& profile, Language language) {
  std::string_view text = profile.yaml;
  if (language == Language::kEnglish) text.remove_prefix(text.find('\n') + 1);
  return std::string(text.substr(2, text.find('\n') - 2));
}

absl::Status Print(Context& context, const std::string& name) {
  google::protobuf::Struct document;
  std::string list;
  std::vector<std::string> known;
  for (const Profile& profile : kProfiles) {
    if (name == profile.name) {
      (*document.mutable_fields())["yaml"].set_string_value(profile.yaml);
      return context.Show(document, profile.yaml);
    }
    const std::string title = TitleOf(profile, context.language());
    (*document.mutable_fields())[profile.name].set_string_value(title);
    list += context.Say(messages::kProfileLine, {{"name", profile.name}, {"title", title}});
    known.emplace_back(profile.name);
  }
  if (name.empty()) return context.Show(document, list);
  return context.Usage(messages::kNoProfile,
                       {{"typed", name}, {"known", absl::StrJoin(known, ", ")}});
}

}  // namespace

void AddPolicyProfile(CLI::App& policy, Context& context) {
  CLI::App* command = AddCommand(policy, context, help::kPolicyProfile);
  const auto name = std::make_shared<std::string>();
  AddText(command, context, "NAME", *name, help::kProfileName, "");
  OnRun(command, context, [&context, name] { return Print(context, *name); });
}

}  // namespace sekisho::console::cli
