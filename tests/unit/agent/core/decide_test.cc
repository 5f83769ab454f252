#include "agent/core/decide.h"

#include <gtest/gtest.h>

// What the stories of tests/policy cannot tell; the behaviour itself is there.
namespace sekisho::core {
namespace {

TEST(Decide, BlocksWhenNothingIsKnownAboutTheSituation) {
  Device device;
  device.classes = {DeviceClass::kStorage};
  const Verdict verdict = Decide(device, Situation{});
  EXPECT_EQ(verdict.action, Action::kBlock);
  EXPECT_EQ(verdict.reason, VerdictReason::kNoPolicy);
}

TEST(Decide, SaysWhichPolicyItRestsOn) {
  Policy policy;
  policy.version = 7;
  Situation situation;
  situation.policy = &policy;
  EXPECT_EQ(Decide(Device{}, situation).policy_version, 7u);
}

TEST(Decide, NeverMatchesAClassRuleWithADeviceOfNoClass) {
  Policy policy;
  DeviceRule rule;
  rule.match.classes = {DeviceClass::kKeyboard};
  rule.action = Action::kAllow;
  policy.rules = {rule};
  Situation situation;
  situation.policy = &policy;
  EXPECT_EQ(Decide(Device{}, situation).action, Action::kBlock);
}

TEST(Decide, IgnoresAHeldGrantThatBlocks) {
  Policy policy;
  Grant grant;
  grant.claims.boot_id = "b";
  grant.claims.deadline = std::chrono::hours(1);
  grant.claims.action = Action::kBlock;
  Situation situation;
  situation.policy = &policy;
  situation.grants = {&grant, 1};
  situation.here.boot_id = "b";
  EXPECT_EQ(Decide(Device{}, situation).reason, VerdictReason::kDefault);
}

}  // namespace
}  // namespace sekisho::core
