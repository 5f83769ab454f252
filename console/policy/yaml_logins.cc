// The policy file's word on logins.
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "console/policy/login_words.h"
#include "console/policy/yaml_reader.h"

namespace sekisho::console::policy {
namespace {

constexpr char kServices[] = "services: [login, gdm-password]";
constexpr char kWhen[] = "when: [no_answer]";

void ReadServices(YamlReader& reader, const YAML::Node& node, const std::string& what,
                  google::protobuf::RepeatedPtrField<std::string>* services) {
  for (const YAML::Node& item : reader.Items(node, what, kServices)) {
    if (const std::optional<std::string> service = reader.Text(item, what)) {
      services->Add(std::string(*service));
    }
  }
}

void ReadWhen(YamlReader& reader, const YAML::Node& node, v1::LoginFallback& fallback) {
  for (const YAML::Node& item : reader.Items(node, "when", kWhen)) {
    const std::optional<std::string> word = reader.Text(item, "when");
    if (!word.has_value()) continue;
    const std::optional<v1::LoginTrouble> trouble = ParseLoginTrouble(*word);
    if (!trouble.has_value()) {
      reader.UnknownWord(item, "trouble", *word, LoginTroubleWords());
      continue;
    }
    fallback.add_when(*trouble);
  }
}

void ReadFallback(YamlReader& reader, const YAML::Node& node, v1::LoginFallback& fallback) {
  reader.Map(node, "a fallback",
             {{"services",
               [&](const YAML::Node& value) {
                 ReadServices(reader, value, "services", fallback.mutable_services());
               }},
              {"when", [&](const YAML::Node& value) { ReadWhen(reader, value, fallback); }}});
  if (!node.IsMap()) return;
  if (!node["services"]) reader.Problem(node.Mark(), "services are missing", kServices);
  if (!node["when"]) reader.Problem(node.Mark(), "when is missing", kWhen);
}

}  // namespace

void ReadLogins(YamlReader& reader, const YAML::Node& node, v1::LoginPolicy& logins) {
  reader.Map(
      node, "logins",
      {{"exempt",
        [&](const YAML::Node& value) {
          ReadServices(reader, value, "exempt", logins.mutable_exempt());
        }},
       {"fallbacks", [&](const YAML::Node& value) {
          for (const YAML::Node& item : reader.Items(value, "fallbacks", "fallbacks: [{…}]")) {
            ReadFallback(reader, item, *logins.add_fallbacks());
          }
        }}});
}

}  // namespace sekisho::console::policy
