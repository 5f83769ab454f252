#include "console/policy/yaml.h"

#include <yaml-cpp/yaml.h>

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "console/policy/yaml_reader.h"
#include "proto/contract/bounds.h"
#include "proto/contract/convert.h"
#include "proto/contract/volume.h"

namespace sekisho::console::policy {
namespace {

void ReadExceptions(YamlReader& reader, const YAML::Node& node, v1::ExceptionLimits& limits) {
  reader.Map(node, "exceptions",
             {{"helpdesk",
               [&](const YAML::Node& value) {
                 reader.SecondsInto(value, "helpdesk", [&](std::uint32_t seconds) {
                   limits.set_helpdesk_max_seconds(seconds);
                 });
               }},
              {"admin",
               [&](const YAML::Node& value) {
                 reader.SecondsInto(value, "admin", [&](std::uint32_t seconds) {
                   limits.set_admin_max_seconds(seconds);
                 });
               }},
              {"approvers",
               [&](const YAML::Node& value) {
                 const std::optional<std::string> text = reader.Text(value, "approvers");
                 if (!text.has_value()) return;
                 if (*text != "0" && *text != "1") {
                   reader.Problem(value.Mark(),
                                  absl::StrCat("approvers \"", *text, "\" is neither 0 nor 1"),
                                  "approvers: 1");
                   return;
                 }
                 limits.set_approvers(*text == "1" ? 1 : 0);
               }},
              {"max_volume",
               [&](const YAML::Node& value) {
                 const std::optional<std::string> text = reader.Text(value, "max_volume");
                 if (!text.has_value()) return;
                 const std::optional<std::uint64_t> bytes = contract::ParseVolume(*text);
                 if (!bytes.has_value()) {
                   reader.Problem(
                       value.Mark(), absl::StrCat("max_volume \"", *text, "\" is not an amount"),
                       "max_volume: 100MB   (KB, MB, GB, TB; leave the key out for any)");
                   return;
                 }
                 limits.set_max_written_bytes(*bytes);
               }},
              {"survives_reboot", [&](const YAML::Node& value) {
                 reader.YesNoInto(value, "survives_reboot",
                                  [&](bool survives) { limits.set_survives_reboot(survives); });
               }}});
}

void ReadTexts(YamlReader& reader, const YAML::Node& node, v1::Texts& texts) {
  reader.Map(node, "texts",
             {{"blocked",
               [&](const YAML::Node& value) {
                 reader.Map(value, "blocked",
                            {{"ja",
                              [&](const YAML::Node& text) {
                                reader.Into(text, "ja", texts.mutable_blocked_ja());
                              }},
                             {"en", [&](const YAML::Node& text) {
                                reader.Into(text, "en", texts.mutable_blocked_en());
                              }}});
               }},
              {"contact", [&](const YAML::Node& value) {
                 reader.Map(value, "contact",
                            {{"ja",
                              [&](const YAML::Node& text) {
                                reader.Into(text, "ja", texts.mutable_contact_ja());
                              }},
                             {"en", [&](const YAML::Node& text) {
                                reader.Into(text, "en", texts.mutable_contact_en());
                              }}});
               }}});
}

v1::Policy ReadPolicy(YamlReader& reader, const std::string& yaml) {
  v1::Policy policy;
  try {
    const YAML::Node root = YAML::Load(yaml);
    if (!root.IsMap()) {
      reader.Problem(root.Mark(), "a policy must have keys", "zone: …, rules: …, exceptions: …");
      return policy;
    }
    reader.Map(
        root, "the policy",
        {{"zone",
          [&](const YAML::Node& value) { reader.Into(value, "zone", policy.mutable_zone()); }},
         {"rules", [&](const YAML::Node& value) { ReadRules(reader, value, policy); }},
         {"exceptions",
          [&](const YAML::Node& value) {
            ReadExceptions(reader, value, *policy.mutable_exceptions());
          }},
         {"logins",
          [&](const YAML::Node& value) { ReadLogins(reader, value, *policy.mutable_logins()); }},
         {"texts",
          [&](const YAML::Node& value) { ReadTexts(reader, value, *policy.mutable_texts()); }}});
    if (!root["zone"]) reader.Problem(root.Mark(), "zone is missing", "zone: 個人番号利用事務系");
    if (!root["rules"]) {
      reader.Problem(root.Mark(), "rules are missing", "rules: []   # blocks everything");
    }
  } catch (const YAML::Exception& error) {
    reader.Problem(error.mark, absl::StrCat("not YAML: ", error.msg),
                   "check indentation (spaces, no tabs) and quotes here");
  }
  return policy;
}

// What the terminal itself would refuse.
void CheckAsTerminal(YamlReader& reader, const v1::Policy& policy) {
  const YAML::Mark nowhere = YAML::Mark::null_mark();
  if (absl::Status status = contract::CheckBounds(policy); !status.ok()) {
    reader.Problem(nowhere, std::string(status.message()), "shorten it");
  } else if (absl::Status converted = contract::ToCore(policy).status(); !converted.ok()) {
    reader.Problem(nowhere, std::string(converted.message()));
  } else if (policy.ByteSizeLong() > contract::kMaxSealedPayload - 1024) {
    reader.Problem(nowhere, "the policy is too large for one bundle (159 KiB)",
                   "split it over groups, or shorten descriptions");
  }
}

}  // namespace

ParsedPolicy ParsePolicy(const std::string& yaml) {
  YamlReader reader;
  ParsedPolicy parsed;
  if (yaml.size() > contract::kMaxPolicyYaml) {
    reader.Problem(YAML::Mark::null_mark(), "the policy is larger than 1 MiB");
  } else {
    parsed.policy = ReadPolicy(reader, yaml);
    if (!reader.HasProblems()) CheckAsTerminal(reader, parsed.policy);
  }
  parsed.problems = reader.Take();
  return parsed;
}

}  // namespace sekisho::console::policy
