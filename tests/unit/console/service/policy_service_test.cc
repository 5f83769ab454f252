#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/console/service/service_fixture.h"

namespace sekisho::console::service {
namespace {

class PolicyServiceTest : public ServiceTest {
 protected:
  // What the published bundle asks of an agent.
  std::vector<std::string> PublishedFeatures(const store::Group& group, const std::string& rule) {
    v1::PublishPolicyRequest request;
    request.set_group_id(group.group_id);
    request.set_comment("test");
    request.set_yaml("zone: z\nrules:\n  - " + rule);
    const absl::StatusOr<v1::PublishPolicyResponse> published =
        console_->services().policies.PublishPolicy(Admin(), request);
    EXPECT_TRUE(published.ok()) << published.status();
    if (!published.ok()) return {};
    const absl::StatusOr<std::string> message = console_->store().policies().FindBundle(
        organisation_, published->policy().version(), group.path);
    EXPECT_TRUE(message.ok()) << message.status();
    v1::Sealed sealed;
    v1::Bundle bundle;
    EXPECT_TRUE(sealed.ParseFromString(message.value_or("")));
    EXPECT_TRUE(bundle.ParseFromString(sealed.payload()));
    EXPECT_EQ(bundle.policy().rules_size(), 1);
    return {bundle.required_features().begin(), bundle.required_features().end()};
  }
};

// An agent that lacks a feature refuses the bundle and keeps its old one; one that was not asked
// would have to understand everything that is in it.
TEST_F(PolicyServiceTest, ABundleAsksForRulesTwoExactlyWhenItsPolicyUsesThem) {
  const store::Group group = Group("A");
  EXPECT_THAT(PublishedFeatures(group, "{id: a, match: {classes: [hub]}, action: allow}"),
              testing::ElementsAre("device_rules"));
  EXPECT_THAT(PublishedFeatures(group, "{id: a, match: {hours: [\"09:00-10:00\"]}, action: allow}"),
              testing::ElementsAre("device_rules", "rules_2"));
  EXPECT_THAT(
      PublishedFeatures(group, "{id: a, match: {classes: [hub]}, action: allow, effect: audit}"),
      testing::ElementsAre("device_rules", "rules_2"));
}

}  // namespace
}  // namespace sekisho::console::service
