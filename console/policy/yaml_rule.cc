#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "console/policy/yaml_reader.h"

namespace sekisho::console::policy {
namespace {

using Lines = std::map<std::string, int>;  // of the rules' ids

void ReadAction(YamlReader& reader, const YAML::Node& node, v1::DeviceRule& rule) {
  const std::optional<std::string> text = reader.Text(node, "action");
  if (!text.has_value()) return;
  static const std::map<std::string, v1::Action> kActions = {{"block", v1::ACTION_BLOCK},
                                                             {"read_only", v1::ACTION_READ_ONLY},
                                                             {"allow", v1::ACTION_ALLOW}};
  const auto found = kActions.find(*text);
  if (found == kActions.end()) {
    reader.UnknownWord(node, "action", *text, {"block", "read_only", "allow"});
    return;
  }
  rule.set_action(found->second);
}

void ReadEffect(YamlReader& reader, const YAML::Node& node, v1::DeviceRule& rule) {
  const std::optional<std::string> text = reader.Text(node, "effect");
  if (!text.has_value()) return;
  if (*text != "audit") {
    reader.Problem(node.Mark(), absl::StrCat("unknown effect \"", *text, "\""),
                   "effect: audit   (leave the key out for a rule that decides)");
    return;
  }
  rule.set_effect(v1::RULE_EFFECT_AUDIT);
}

void CheckRule(YamlReader& reader, const YAML::Node& node, const v1::DeviceRule& rule,
               Lines& lines) {
  if (rule.id().empty()) {
    reader.Problem(node.Mark(), "a rule without an id: events and \"why\" name it by its id",
                   "id: hubs");
  } else if (const auto [found, added] = lines.emplace(rule.id(), node.Mark().line + 1); !added) {
    reader.Problem(
        node.Mark(),
        absl::StrCat("the id \"", rule.id(), "\" is used in line ", found->second, " already"),
        absl::StrCat("id: ", rule.id(), "-2"));
  }
  if (!node["match"]) {
    reader.Problem(node.Mark(), "a rule without match would meet every device",
                   "match: {classes: [hub]}");
  } else if (rule.match().ByteSizeLong() == 0 && rule.action() != v1::ACTION_BLOCK) {
    reader.Problem(node["match"].Mark(),
                   "an empty match meets every device, and this rule does not block",
                   "match: {classes: [hub]}");
  }
  if (!node["action"]) reader.Problem(node.Mark(), "a rule without an action", "action: block");
  if (rule.only_interfaces_size() != 0 && rule.action() == v1::ACTION_BLOCK) {
    reader.Problem(node["only_interfaces"].Mark(), "only_interfaces in a rule that lets nothing in",
                   "action: allow");
  }
}

void ReadRule(YamlReader& reader, const YAML::Node& node, v1::DeviceRule& rule, Lines& lines) {
  reader.Map(
      node, "a rule",
      {{"id", [&](const YAML::Node& value) { reader.Into(value, "id", rule.mutable_id()); }},
       {"description",
        [&](const YAML::Node& value) {
          reader.Into(value, "description", rule.mutable_description());
        }},
       {"match", [&](const YAML::Node& value) { ReadMatch(reader, value, *rule.mutable_match()); }},
       {"action", [&](const YAML::Node& value) { ReadAction(reader, value, rule); }},
       {"effect", [&](const YAML::Node& value) { ReadEffect(reader, value, rule); }},
       {"notify",
        [&](const YAML::Node& value) {
          reader.YesNoInto(value, "notify", [&](bool notify) { rule.set_notify(notify); });
        }},
       {"only_interfaces", [&](const YAML::Node& value) {
          ReadClasses(reader, value, "only_interfaces",
                      [&](v1::DeviceClass each) { rule.add_only_interfaces(each); });
        }}});
  if (node.IsMap()) CheckRule(reader, node, rule, lines);
}

}  // namespace

void ReadRules(YamlReader& reader, const YAML::Node& node, v1::Policy& policy) {
  if (!node.IsSequence()) {
    reader.Problem(node.Mark(), "rules must be a list; an empty one blocks everything",
                   "rules: []");
    return;
  }
  Lines lines;
  for (const YAML::Node& item : node) ReadRule(reader, item, *policy.add_rules(), lines);
}

}  // namespace sekisho::console::policy
