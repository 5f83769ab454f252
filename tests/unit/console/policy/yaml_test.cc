#include "console/policy/yaml.h"

#include <gtest/gtest.h>

#include "console/policy/default_policy.h"
#include "console/policy/profiles.h"

namespace sekisho::console::policy {
namespace {

constexpr char kGood[] = R"(zone: LGWAN接続系
rules:
  - id: reader
    match: {classes: [smart_card_reader], vendor: "04e6", product: "5116"}
    action: allow
exceptions: {helpdesk: 15m, admin: 8h}
)";

v1::PolicyProblem First(const std::string& yaml) {
  const ParsedPolicy parsed = ParsePolicy(yaml);
  EXPECT_FALSE(parsed.problems.empty());
  return parsed.problems.empty() ? v1::PolicyProblem() : parsed.problems.front();
}

v1::PolicyProblem Only(const std::string& yaml) {
  const ParsedPolicy parsed = ParsePolicy(yaml);
  EXPECT_EQ(parsed.problems.size(), 1u);
  return parsed.problems.empty() ? v1::PolicyProblem() : parsed.problems.front();
}

std::string With(const std::string& from, const std::string& to) {
  std::string yaml = kGood;
  yaml.replace(yaml.find(from), from.size(), to);
  return yaml;
}

TEST(PolicyYaml, TheDefaultPolicyIsGood) {
  const ParsedPolicy parsed = ParsePolicy(DefaultPolicyYaml());
  for (const v1::PolicyProblem& problem : parsed.problems) ADD_FAILURE() << problem.DebugString();
  EXPECT_EQ(parsed.policy.exceptions().helpdesk_max_seconds(), 900u);
  EXPECT_EQ(parsed.policy.exceptions().admin_max_seconds(), 28800u);
}

TEST(PolicyYaml, EachZonesProfileIsGood) {
  for (const Profile& profile : kProfiles) {
    const ParsedPolicy parsed = ParsePolicy(profile.yaml);
    for (const v1::PolicyProblem& problem : parsed.problems) {
      ADD_FAILURE() << profile.name << ": " << problem.DebugString();
    }
    EXPECT_GT(parsed.policy.rules_size(), 3) << profile.name;
  }
  // What `init` publishes must be taken by agents of the release before, too.
  EXPECT_EQ(std::string(kProfiles.front().yaml).find("registered"), std::string::npos);
}

TEST(PolicyYaml, ReadsAPolicy) {
  const ParsedPolicy parsed = ParsePolicy(kGood);
  ASSERT_TRUE(parsed.problems.empty());
  ASSERT_EQ(parsed.policy.rules_size(), 1);
  EXPECT_EQ(parsed.policy.rules(0).match().vendor_id(), 0x04e6u);
  EXPECT_EQ(parsed.policy.rules(0).action(), v1::ACTION_ALLOW);
}

TEST(PolicyYaml, AMisspeltKeyIsAProblemAtItsPlaceWithWhatWasMeant) {
  const v1::PolicyProblem problem = Only(With("exceptions:", "exeptions:"));
  EXPECT_EQ(problem.line(), 6u);
  EXPECT_EQ(problem.column(), 1u);
  EXPECT_EQ(problem.suggestion(), "exceptions:");
}

TEST(PolicyYaml, AMisspeltRestrictionDoesNotVanish) {
  EXPECT_EQ(First(With("vendor:", "vendr:")).suggestion(), "vendor:");
  EXPECT_EQ(Only(With("smart_card_reader", "smartcard_reader")).suggestion(), "smart_card_reader");
  EXPECT_EQ(Only(With("action: allow", "action: alow")).suggestion(), "allow");
}

TEST(PolicyYaml, AnAllowThatMeetsEverythingIsRefused) {
  EXPECT_FALSE(
      ParsePolicy(With("{classes: [smart_card_reader], vendor: \"04e6\", product: \"5116\"}", "{}"))
          .problems.empty());
}

TEST(PolicyYaml, ARepeatedIdAndAProductWithoutVendorAreRefused) {
  EXPECT_FALSE(ParsePolicy(With("vendor: \"04e6\", ", "")).problems.empty());
  const std::string rule = "  - id: reader\n    match: {classes: [hub]}\n    action: allow\n";
  std::string yaml = kGood;
  yaml.insert(yaml.find("exceptions"), rule);
  EXPECT_NE(Only(yaml).message().find("line 3"), std::string::npos);
}

TEST(PolicyYaml, NoExceptionRunsLongerThanADay) {
  EXPECT_EQ(Only(With("admin: 8h", "admin: 2d")).suggestion(), "admin: 24h");
}

TEST(PolicyYaml, AnyBytesGiveAnAnswer) {
  for (const char* yaml :
       {"", "[", "a: [", "\t", "- 1", "&a [*a]", "zone: {", "!!x y", "? {a: b}"}) {
    EXPECT_FALSE(ParsePolicy(yaml).problems.empty()) << yaml;
  }
}

TEST(PolicyYaml, TimeSpansAreReadWithTheirUnits) {
  EXPECT_EQ(ParseSeconds("90"), 90u);
  EXPECT_EQ(ParseSeconds("15m"), 900u);
  EXPECT_EQ(ParseSeconds("1d"), 86400u);
  for (const char* bad : {"", "m", "-1", "1w", "1.5h", "99999999999h", "15 m"}) {
    EXPECT_EQ(ParseSeconds(bad), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace sekisho::console::policy
