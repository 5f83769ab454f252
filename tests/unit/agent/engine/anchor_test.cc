// A new root key of the console, vouched for by the one that the terminal holds.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "proto/contract/seal.h"
#include "tests/unit/agent/engine/rig.h"

namespace sekisho::testing {
namespace {

class AnchorTest : public ::testing::Test {
 protected:
  void SetUp() override { terminal.StartEnrolled(); }
  v1::TrustAnchor Anchor(const contract::PrivateKey& root) const {
    v1::TrustAnchor anchor;
    anchor.set_organisation_id(terminal.console.organisation_id);
    anchor.set_root_public_key(root.public_key().data(), root.public_key().size());
    anchor.set_ca_certificate("a certificate");
    return anchor;
  }
  v1::Sealed LinkTo(const v1::TrustAnchor& anchor, const contract::PrivateKey& by) const {
    return contract::Seal(by, terminal.console.organisation_id, v1::PURPOSE_TRUST_ANCHOR,
                          anchor.SerializeAsString());
  }
  void Rotate() {
    contract::PrivateKey next = contract::PrivateKey::Generate();
    terminal.FromConsole(LinkTo(Anchor(next), terminal.console.root));
    terminal.console.root = std::move(next);
  }
  std::uint64_t KeySetVersion() {
    terminal.Settle();
    return terminal.LastStatus().keyset_version();
  }
  const v1::LinkConfiguration& Told() const {
    const auto told =
        std::find_if(terminal.link.sent.rbegin(), terminal.link.sent.rend(),
                     [](const v1::LinkDown& down) { return down.has_configuration(); });
    EXPECT_NE(told, terminal.link.sent.rend());
    return told->configuration();
  }
  std::string AuthorityTold() const {
    v1::TrustAnchor anchor;
    anchor.ParseFromString(Told().trust_anchor());
    return anchor.ca_certificate();
  }
  std::vector<std::string> EarlierTold() const {
    return {Told().earlier_authorities().begin(), Told().earlier_authorities().end()};
  }
  std::size_t Refusals() { return terminal.Events(v1::EVENT_KIND_ACKNOWLEDGEMENT_REFUSED).size(); }

  Terminal terminal;
};

TEST_F(AnchorTest, TheNextRootsKeySetIsBelievedAfterItsLinkAndNotBefore) {
  const v1::Sealed early = [&] {
    TestConsole other;
    other.organisation_id = terminal.console.organisation_id;
    return other.KeySet(2);
  }();
  terminal.FromConsole(early);
  EXPECT_EQ(KeySetVersion(), 1);
  EXPECT_EQ(Refusals(), 1);
  Rotate();
  terminal.FromConsole(terminal.console.KeySet(2));
  EXPECT_EQ(KeySetVersion(), 2);
}

TEST_F(AnchorTest, TwoRotationsMissedAreFollowedInTheirOrderAndHoldAfterARestart) {
  Rotate();
  Rotate();
  terminal.FromConsole(terminal.console.KeySet(7));
  EXPECT_EQ(KeySetVersion(), 7);
  terminal.Restart();
  terminal.Connect();
  EXPECT_EQ(KeySetVersion(), 7);
  EXPECT_EQ(Refusals(), 0);
}

TEST_F(AnchorTest, APowerCutBetweenTheLinkAndItsKeySetLosesNothing) {
  Rotate();
  terminal.Restart();
  terminal.Connect();
  EXPECT_EQ(KeySetVersion(), 1);
  terminal.FromConsole(terminal.console.KeySet(2));
  EXPECT_EQ(KeySetVersion(), 2);
}

TEST_F(AnchorTest, ALinkThatComesAgainIsNoNews) {
  contract::PrivateKey next = contract::PrivateKey::Generate();
  const v1::Sealed link = LinkTo(Anchor(next), terminal.console.root);
  terminal.FromConsole(link);
  terminal.FromConsole(link);
  EXPECT_EQ(Refusals(), 0);
}

TEST_F(AnchorTest, ARootThatTheHeldOneDoesNotVouchForIsRefused) {
  const contract::PrivateKey theirs = contract::PrivateKey::Generate();
  terminal.FromConsole(LinkTo(Anchor(theirs), theirs));
  EXPECT_EQ(Refusals(), 1);
  terminal.FromConsole(terminal.console.KeySet(2));
  EXPECT_EQ(KeySetVersion(), 2);
}

TEST_F(AnchorTest, ALinkToAnotherOrganisationIsRefused) {
  v1::TrustAnchor anchor = Anchor(contract::PrivateKey::Generate());
  anchor.set_organisation_id("0190c6a2-0000-7000-8000-00000000ffff");
  terminal.FromConsole(LinkTo(anchor, terminal.console.root));
  EXPECT_EQ(Refusals(), 1);
  terminal.FromConsole(terminal.console.KeySet(2));
  EXPECT_EQ(KeySetVersion(), 2);
}

TEST_F(AnchorTest, ANewAuthorityIsToldToTheLinkBesideTheOneBeforeAlsoAfterARestart) {
  const std::string before = AuthorityTold();
  v1::TrustAnchor anchor = Anchor(terminal.console.root);
  anchor.set_ca_certificate("another certificate");
  terminal.FromConsole(LinkTo(anchor, terminal.console.root));
  EXPECT_EQ(AuthorityTold(), "another certificate");
  EXPECT_THAT(EarlierTold(), ::testing::ElementsAre(before));
  EXPECT_EQ(Refusals(), 0);
  terminal.Restart();
  terminal.Connect();
  EXPECT_EQ(AuthorityTold(), "another certificate");
  EXPECT_THAT(EarlierTold(), ::testing::ElementsAre(before));
}

TEST_F(AnchorTest, AnAnchorThatWasLeftBehindIsNotGoneBackTo) {
  v1::TrustAnchor second = Anchor(terminal.console.root);
  second.set_ca_certificate("second");
  v1::TrustAnchor third = second;
  third.set_ca_certificate("third");
  const v1::Sealed to_second = LinkTo(second, terminal.console.root);
  terminal.FromConsole(to_second);
  terminal.FromConsole(LinkTo(third, terminal.console.root));
  terminal.FromConsole(to_second);
  EXPECT_EQ(AuthorityTold(), "third");
  EXPECT_EQ(Refusals(), 0);
}

}  // namespace
}  // namespace sekisho::testing
