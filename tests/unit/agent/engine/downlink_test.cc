#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/agent/engine/rig.h"

namespace sekisho::testing {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

class BundleTest : public ::testing::Test {
 protected:
  BundleTest() { terminal.StartEnrolled(); }
  // Version 2, which lets this stick in by rule.
  v1::Bundle Loosening(std::uint64_t version) const {
    v1::Policy policy = terminal.console.Policy();
    v1::DeviceRule* rule = policy.add_rules();
    rule->set_id("our-sticks");
    rule->set_description("Sticks of the office");
    rule->mutable_match()->set_serial("A1");
    rule->set_action(v1::ACTION_ALLOW);
    return terminal.console.BundleOf(policy, version);
  }
  void ExpectRefused(const v1::Sealed& sealed, const std::string& cause) {
    terminal.bus.Plug("2-1", Stick("A1"));
    terminal.FromConsole(sealed);
    EXPECT_FALSE(terminal.bus.Authorised("2-1"));
    EXPECT_EQ(terminal.engine->Status().bundle_version(), 1u) << "the last good one stays";
    std::vector<v1::Event> refused = terminal.Events(v1::EVENT_KIND_BUNDLE_REFUSED);
    ASSERT_THAT(refused, SizeIs(1));
    EXPECT_THAT(ParameterOf(refused[0], "cause"), ::testing::HasSubstr(cause));
  }
  Terminal terminal;
};

TEST_F(BundleTest, ANewerOneIsAppliedWholeAndAtOnce) {
  terminal.bus.Plug("2-1", Stick("A1"));
  terminal.Settle();
  terminal.FromConsole(terminal.console.SealBundle(Loosening(2)));
  EXPECT_TRUE(terminal.bus.Authorised("2-1"));
  EXPECT_EQ(ParameterOf(terminal.Events(v1::EVENT_KIND_BUNDLE_APPLIED).back(), "version"), "2");
  EXPECT_EQ(terminal.LastStatus().bundle_version(), 2u) << "said at once, not within a minute";
  terminal.FromConsole(
      terminal.console.SealBundle(terminal.console.BundleOf(terminal.console.Policy(), 3)));
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  terminal.Restart();
  EXPECT_EQ(terminal.engine->Status().bundle_version(), 3u);
}

TEST_F(BundleTest, AForgedOneIsRefused) {
  v1::Sealed sealed = terminal.console.SealBundle(Loosening(2));
  sealed.mutable_signature()->front() ^= 1;
  ExpectRefused(sealed, "bad_signature");
}

TEST_F(BundleTest, AnOlderOneIsRefused) {
  terminal.FromConsole(
      terminal.console.SealBundle(terminal.console.BundleOf(terminal.console.Policy(), 7)));
  terminal.FromConsole(terminal.console.SealBundle(Loosening(6)));
  EXPECT_EQ(terminal.engine->Status().bundle_version(), 7u);
  EXPECT_EQ(ParameterOf(terminal.Events(v1::EVENT_KIND_BUNDLE_REFUSED).at(0), "cause"),
            "older-version");
}

TEST_F(BundleTest, TheSameVersionWithOtherContentIsRefused) {
  ExpectRefused(terminal.console.SealBundle(Loosening(1)), "version-reused");
}

TEST_F(BundleTest, TheOneInForceIsNoNews) {
  terminal.FromConsole(
      terminal.console.SealBundle(terminal.console.BundleOf(terminal.console.Policy(), 1)));
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_BUNDLE_REFUSED), IsEmpty());
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_BUNDLE_APPLIED), SizeIs(1));
}

TEST_F(BundleTest, AnotherGroupsIsRefused) {
  v1::Bundle bundle = Loosening(2);
  bundle.set_group_id("group-2");
  ExpectRefused(terminal.console.SealBundle(bundle), "other-group");
}

TEST_F(BundleTest, AnotherOrganisationsIsRefused) {
  v1::Bundle bundle = Loosening(2);
  bundle.set_organisation_id("organisation-2");
  ExpectRefused(terminal.console.SealBundle(bundle), "other-organisation");
}

TEST_F(BundleTest, OneThatNeedsAFeatureWeLackIsRefused) {
  v1::Bundle bundle = Loosening(2);
  bundle.add_required_features("hours");
  ExpectRefused(terminal.console.SealBundle(bundle), "feature-missing: hours");
}

TEST_F(BundleTest, OneWithAFieldThatWeDoNotKnowIsRefused) {
  v1::Bundle bundle = Loosening(2);
  // A version-2 rule: field 15 limits it to office hours. Dropped, the allow would stay.
  bundle.mutable_policy()
      ->mutable_rules(1)
      ->GetReflection()
      ->MutableUnknownFields(bundle.mutable_policy()->mutable_rules(1))
      ->AddVarint(15, 1);
  ExpectRefused(terminal.console.SealBundle(bundle), "");
}

TEST_F(BundleTest, ATerminalThatLostItsPolicyBelievesNoOldOne) {
  const v1::Sealed old = terminal.console.SealBundle(Loosening(2));
  terminal.FromConsole(old);
  terminal.FromConsole(
      terminal.console.SealBundle(terminal.console.BundleOf(terminal.console.Policy(), 3)));
  terminal.Kill();
  terminal.files.Truncate(terminal.settings.state_directory + "/bundle", 30);
  terminal.Start();
  terminal.Connect();
  terminal.bus.Plug("2-1", Stick("A1"));
  terminal.FromConsole(old);
  EXPECT_FALSE(terminal.bus.Authorised("2-1")) << "before the console has answered our number";
  terminal.newest_bundle_version = 3;
  terminal.AnswerLastStatus();
  terminal.FromConsole(old);
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  terminal.FromConsole(
      terminal.console.SealBundle(terminal.console.BundleOf(terminal.console.Policy(), 3)));
  EXPECT_EQ(terminal.engine->Status().bundle_version(), 3u);
}

TEST_F(BundleTest, AKeySetIsReplacedByANewerOneOnly) {
  terminal.console.bundle_key = contract::PrivateKey::Generate();
  terminal.FromConsole(terminal.console.KeySet(2));
  terminal.FromConsole(terminal.console.SealBundle(Loosening(2)));
  EXPECT_EQ(terminal.engine->Status().bundle_version(), 2u) << "signed with the new key";
  terminal.console.bundle_key = contract::PrivateKey::Generate();
  terminal.FromConsole(terminal.console.KeySet(1));
  terminal.FromConsole(terminal.console.SealBundle(Loosening(3)));
  EXPECT_EQ(terminal.engine->Status().bundle_version(), 2u);
  terminal.console.root = contract::PrivateKey::Generate();
  terminal.FromConsole(terminal.console.KeySet(9));
  terminal.FromConsole(terminal.console.SealBundle(Loosening(3)));
  EXPECT_EQ(terminal.engine->Status().bundle_version(), 2u) << "by another root";
}

}  // namespace
}  // namespace sekisho::testing
