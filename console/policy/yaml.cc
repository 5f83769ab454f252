#include "console/policy/yaml.h"

#include <yaml-cpp/yaml.h>

#include <functional>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/core/device.h"
#include "agent/core/grant.h"
#include "proto/contract/bounds.h"
#include "proto/contract/convert.h"

namespace sekisho::console::policy {
namespace {

constexpr std::size_t kMaxProblems = 100;

using Handler = std::function<void(const YAML::Node&)>;

class Parser {
 public:
  ParsedPolicy Parse(const std::string& yaml);

 private:
  void Problem(const YAML::Mark& mark, std::string message, std::string suggestion = "");
  // Calls the handler of each key; unknown and repeated keys are problems.
  void Map(const YAML::Node& node, const std::string& what,
           const std::map<std::string, Handler>& handlers);
  std::optional<std::string> Text(const YAML::Node& node, const std::string& what);

  void Rules(const YAML::Node& node);
  void Rule(const YAML::Node& node, v1::DeviceRule& rule);
  void Match(const YAML::Node& node, v1::DeviceMatch& match);
  void Classes(const YAML::Node& node, v1::DeviceMatch& match);
  void Exceptions(const YAML::Node& node, v1::ExceptionLimits& limits);
  void Texts(const YAML::Node& node, v1::Texts& texts);

  void Into(const YAML::Node& node, const std::string& what, std::string* target);
  void HexInto(const YAML::Node& node, const std::string& what,
               const std::function<void(std::uint32_t)>& set);
  void SecondsInto(const YAML::Node& node, const std::string& what,
                   const std::function<void(std::uint32_t)>& set);
  void YesNoInto(const YAML::Node& node, const std::string& what,
                 const std::function<void(bool)>& set);

  ParsedPolicy result_;
  std::map<std::string, int> rule_lines_;
};

void Parser::Problem(const YAML::Mark& mark, std::string message, std::string suggestion) {
  if (result_.problems.size() >= kMaxProblems) return;
  v1::PolicyProblem& problem = result_.problems.emplace_back();
  problem.set_line(mark.is_null() ? 0 : static_cast<std::uint32_t>(mark.line + 1));
  problem.set_column(mark.is_null() ? 0 : static_cast<std::uint32_t>(mark.column + 1));
  problem.set_message(std::move(message));
  problem.set_suggestion(std::move(suggestion));
}

void Parser::Map(const YAML::Node& node, const std::string& what,
                 const std::map<std::string, Handler>& handlers) {
  std::vector<std::string> known;
  for (const auto& [key, handler] : handlers) known.push_back(key);
  if (!node.IsMap()) {
    Problem(node.Mark(), absl::StrCat(what, " must have keys"), absl::StrJoin(known, ", "));
    return;
  }
  std::set<std::string> seen;
  for (const auto& entry : node) {
    if (!entry.first.IsScalar()) {
      Problem(entry.first.Mark(), absl::StrCat(what, ": a key must be a word"));
      continue;
    }
    const std::string key = entry.first.Scalar();
    const auto handler = handlers.find(key);
    if (handler == handlers.end()) {
      const std::string nearest = NearestOf(key, known);
      Problem(entry.first.Mark(), absl::StrCat("unknown key \"", key, "\" in ", what),
              nearest.empty() ? absl::StrCat("known keys: ", absl::StrJoin(known, ", "))
                              : absl::StrCat(nearest, ":"));
      continue;
    }
    if (!seen.insert(key).second) {
      Problem(entry.first.Mark(), absl::StrCat("\"", key, "\" stands twice in ", what),
              "keep one of them");
      continue;
    }
    handler->second(entry.second);
  }
}

std::optional<std::string> Parser::Text(const YAML::Node& node, const std::string& what) {
  if (node.IsScalar()) return node.Scalar();
  Problem(node.Mark(), absl::StrCat(what, " must be one value"));
  return std::nullopt;
}

void Parser::Into(const YAML::Node& node, const std::string& what, std::string* target) {
  if (std::optional<std::string> text = Text(node, what)) *target = *std::move(text);
}

void Parser::HexInto(const YAML::Node& node, const std::string& what,
                     const std::function<void(std::uint32_t)>& set) {
  const std::optional<std::string> text = Text(node, what);
  if (!text.has_value()) return;
  std::uint32_t value = 0;
  const bool four = text->size() == 4;
  if (!four || !absl::SimpleHexAtoi(*text, &value) || value == 0) {
    Problem(node.Mark(), absl::StrCat(what, " \"", *text, "\" is not four hexadecimal digits"),
            absl::StrCat(what, ": \"0951\"   (in quotes, as lsusb shows it)"));
    return;
  }
  set(value);
}

void Parser::SecondsInto(const YAML::Node& node, const std::string& what,
                         const std::function<void(std::uint32_t)>& set) {
  const std::optional<std::string> text = Text(node, what);
  if (!text.has_value()) return;
  const std::optional<std::uint32_t> seconds = ParseSeconds(*text);
  if (!seconds.has_value()) {
    Problem(node.Mark(), absl::StrCat(what, " \"", *text, "\" is not a time span"),
            absl::StrCat(what, ": 15m   (s, m, h or d; 0 for none)"));
    return;
  }
  if (*seconds > std::chrono::seconds(core::kMaxGrant).count()) {
    Problem(node.Mark(), absl::StrCat(what, ": no exception may run longer than 24h"),
            absl::StrCat(what, ": 24h"));
    return;
  }
  set(*seconds);
}

void Parser::YesNoInto(const YAML::Node& node, const std::string& what,
                       const std::function<void(bool)>& set) {
  const std::optional<std::string> text = Text(node, what);
  if (!text.has_value()) return;
  if (*text != "true" && *text != "false") {
    Problem(node.Mark(), absl::StrCat(what, " \"", *text, "\" is neither true nor false"),
            absl::StrCat(what, ": false"));
    return;
  }
  set(*text == "true");
}

void Parser::Classes(const YAML::Node& node, v1::DeviceMatch& match) {
  std::vector<YAML::Node> items;
  if (node.IsScalar()) {
    items.push_back(node);
  } else if (node.IsSequence() && node.size() > 0) {
    for (const YAML::Node& item : node) items.push_back(item);
  } else {
    Problem(node.Mark(), "classes must name at least one class", "classes: [storage, optical]");
    return;
  }
  for (const YAML::Node& item : items) {
    const std::optional<std::string> name = Text(item, "class");
    if (!name.has_value()) continue;
    const std::optional<core::DeviceClass> device_class = core::ParseDeviceClass(*name);
    if (!device_class.has_value()) {
      std::vector<std::string> names;
      for (int i = 0; i <= static_cast<int>(core::DeviceClass::kUnknown); ++i) {
        names.push_back(core::Name(static_cast<core::DeviceClass>(i)));
      }
      const std::string nearest = NearestOf(*name, names);
      Problem(item.Mark(), absl::StrCat("unknown device class \"", *name, "\""),
              nearest.empty() ? absl::StrCat("one of: ", absl::StrJoin(names, ", ")) : nearest);
      continue;
    }
    match.add_classes(contract::ToProto(*device_class));
  }
}

void Parser::Match(const YAML::Node& node, v1::DeviceMatch& match) {
  Map(node, "match",
      {{"classes", [&](const YAML::Node& value) { Classes(value, match); }},
       {"vendor",
        [&](const YAML::Node& value) {
          HexInto(value, "vendor", [&](std::uint32_t id) { match.set_vendor_id(id); });
        }},
       {"product",
        [&](const YAML::Node& value) {
          HexInto(value, "product", [&](std::uint32_t id) { match.set_product_id(id); });
        }},
       {"serial", [&](const YAML::Node& value) { Into(value, "serial", match.mutable_serial()); }},
       {"port", [&](const YAML::Node& value) { Into(value, "port", match.mutable_port_path()); }},
       {"fingerprint", [&](const YAML::Node& value) {
          const std::optional<std::string> text = Text(value, "fingerprint");
          if (!text.has_value()) return;
          const bool hex = text->size() == 64 &&
                           text->find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
          if (!hex) {
            Problem(value.Mark(), "fingerprint is not 64 hexadecimal digits",
                    "copy it from: sekishoctl requests --output json");
            return;
          }
          match.set_fingerprint(absl::HexStringToBytes(*text));
        }}});
  if (match.product_id() != 0 && match.vendor_id() == 0) {
    Problem(node.Mark(), "product without vendor", "add vendor: \"…\"");
  }
}

void Parser::Rule(const YAML::Node& node, v1::DeviceRule& rule) {
  Map(node, "a rule",
      {{"id", [&](const YAML::Node& value) { Into(value, "id", rule.mutable_id()); }},
       {"description",
        [&](const YAML::Node& value) { Into(value, "description", rule.mutable_description()); }},
       {"match", [&](const YAML::Node& value) { Match(value, *rule.mutable_match()); }},
       {"action", [&](const YAML::Node& value) {
          const std::optional<std::string> text = Text(value, "action");
          if (!text.has_value()) return;
          static const std::map<std::string, v1::Action> kActions = {
              {"block", v1::ACTION_BLOCK},
              {"read_only", v1::ACTION_READ_ONLY},
              {"allow", v1::ACTION_ALLOW}};
          const auto found = kActions.find(*text);
          if (found == kActions.end()) {
            const std::string nearest = NearestOf(*text, {"block", "read_only", "allow"});
            Problem(value.Mark(), absl::StrCat("unknown action \"", *text, "\""),
                    nearest.empty() ? "block, read_only or allow" : nearest);
            return;
          }
          rule.set_action(found->second);
        }}});
  if (!node.IsMap()) return;
  if (rule.id().empty()) {
    Problem(node.Mark(), "a rule without an id: events and \"why\" name it by its id", "id: hubs");
  } else if (const auto [found, added] = rule_lines_.emplace(rule.id(), node.Mark().line + 1);
             !added) {
    Problem(node.Mark(),
            absl::StrCat("the id \"", rule.id(), "\" is used in line ", found->second, " already"),
            absl::StrCat("id: ", rule.id(), "-2"));
  }
  if (!node["match"]) {
    Problem(node.Mark(), "a rule without match would meet every device", "match: {classes: [hub]}");
  } else if (rule.match().ByteSizeLong() == 0 && rule.action() != v1::ACTION_BLOCK) {
    Problem(node["match"].Mark(), "an empty match meets every device, and this rule does not block",
            "match: {classes: [hub]}");
  }
  if (!node["action"]) Problem(node.Mark(), "a rule without an action", "action: block");
}

void Parser::Rules(const YAML::Node& node) {
  if (!node.IsSequence()) {
    Problem(node.Mark(), "rules must be a list; an empty one blocks everything", "rules: []");
    return;
  }
  for (const YAML::Node& item : node) Rule(item, *result_.policy.add_rules());
}

void Parser::Exceptions(const YAML::Node& node, v1::ExceptionLimits& limits) {
  Map(node, "exceptions",
      {{"helpdesk",
        [&](const YAML::Node& value) {
          SecondsInto(value, "helpdesk",
                      [&](std::uint32_t seconds) { limits.set_helpdesk_max_seconds(seconds); });
        }},
       {"admin",
        [&](const YAML::Node& value) {
          SecondsInto(value, "admin",
                      [&](std::uint32_t seconds) { limits.set_admin_max_seconds(seconds); });
        }},
       {"approvers",
        [&](const YAML::Node& value) {
          const std::optional<std::string> text = Text(value, "approvers");
          if (!text.has_value()) return;
          if (*text != "0" && *text != "1") {
            Problem(value.Mark(), absl::StrCat("approvers \"", *text, "\" is neither 0 nor 1"),
                    "approvers: 1");
            return;
          }
          limits.set_approvers(*text == "1" ? 1 : 0);
        }},
       {"survives_reboot", [&](const YAML::Node& value) {
          YesNoInto(value, "survives_reboot",
                    [&](bool survives) { limits.set_survives_reboot(survives); });
        }}});
}

void Parser::Texts(const YAML::Node& node, v1::Texts& texts) {
  Map(node, "texts",
      {{"blocked",
        [&](const YAML::Node& value) {
          Map(value, "blocked",
              {{"ja",
                [&](const YAML::Node& text) { Into(text, "ja", texts.mutable_blocked_ja()); }},
               {"en",
                [&](const YAML::Node& text) { Into(text, "en", texts.mutable_blocked_en()); }}});
        }},
       {"contact", [&](const YAML::Node& value) {
          Map(value, "contact",
              {{"ja",
                [&](const YAML::Node& text) { Into(text, "ja", texts.mutable_contact_ja()); }},
               {"en",
                [&](const YAML::Node& text) { Into(text, "en", texts.mutable_contact_en()); }}});
        }}});
}

ParsedPolicy Parser::Parse(const std::string& yaml) {
  if (yaml.size() > contract::kMaxPolicyYaml) {
    Problem(YAML::Mark::null_mark(), "the policy is larger than 1 MiB");
    return std::move(result_);
  }
  try {
    const YAML::Node root = YAML::Load(yaml);
    if (!root.IsMap()) {
      Problem(root.Mark(), "a policy must have keys", "zone: …, rules: …, exceptions: …");
      return std::move(result_);
    }
    v1::Policy& policy = result_.policy;
    Map(root, "the policy",
        {{"zone", [&](const YAML::Node& value) { Into(value, "zone", policy.mutable_zone()); }},
         {"rules", [&](const YAML::Node& value) { Rules(value); }},
         {"exceptions",
          [&](const YAML::Node& value) { Exceptions(value, *policy.mutable_exceptions()); }},
         {"texts", [&](const YAML::Node& value) { Texts(value, *policy.mutable_texts()); }}});
    if (!root["zone"]) Problem(root.Mark(), "zone is missing", "zone: 個人番号利用事務系");
    if (!root["rules"])
      Problem(root.Mark(), "rules are missing", "rules: []   # blocks everything");
  } catch (const YAML::Exception& error) {
    Problem(error.mark, absl::StrCat("not YAML: ", error.msg),
            "check indentation (spaces, no tabs) and quotes here");
  }
  if (!result_.problems.empty()) return std::move(result_);
  // What the terminal itself would refuse.
  if (absl::Status status = contract::CheckBounds(result_.policy); !status.ok()) {
    Problem(YAML::Mark::null_mark(), std::string(status.message()), "shorten it");
  } else if (absl::Status converted = contract::ToCore(result_.policy).status(); !converted.ok()) {
    Problem(YAML::Mark::null_mark(), std::string(converted.message()));
  } else if (result_.policy.ByteSizeLong() > contract::kMaxSealedPayload - 1024) {
    Problem(YAML::Mark::null_mark(), "the policy is too large for one bundle (159 KiB)",
            "split it over groups, or shorten descriptions");
  }
  return std::move(result_);
}

}  // namespace

ParsedPolicy ParsePolicy(const std::string& yaml) { return Parser().Parse(yaml); }

}  // namespace sekisho::console::policy
