// The console's authority changes: seen by a terminal that is told of it, and by one that was away.
#include "agent/link/anchor_walk.h"

#include <gtest/gtest.h>

#include "proto/contract/seal.h"
#include "tests/unit/agent/link/link_fixture.h"

namespace sekisho::link::test {
namespace {

class AnchorWalkTest : public LinkFixture {
 protected:
  v1::Sealed LinkTo(const std::string& anchor, const contract::PrivateKey& by) const {
    return contract::Seal(by, "0190c6a2-0000-7000-8000-000000000001", v1::PURPOSE_TRUST_ANCHOR,
                          anchor);
  }
  // The same console, with what its next authority has issued.
  void ChangeAuthority() {
    const int port = console_->port();
    console_.reset();
    console_ = std::make_unique<TestConsole>(next_, port, authority_.pem());
    console_->trust_anchor = AnchorOf(next_);
    console_->anchor_links = {LinkTo(AnchorOf(next_), root_)};
  }
  // As agentd says it after it has followed.
  v1::LinkDown NextConfiguration() const {
    v1::LinkDown message = Configuration();
    message.mutable_configuration()->set_trust_anchor(AnchorOf(next_));
    message.mutable_configuration()->add_earlier_authorities(authority_.der());
    return message;
  }
  std::optional<v1::LinkUp> ReceiveSealed() {
    return agentd_.ReceiveUntil([](const v1::LinkUp& up) { return up.has_sealed(); });
  }
  absl::StatusOr<std::vector<v1::Sealed>> Fetch() {
    return FetchAnchorLinks(console_->address(), AnchorOf(authority_), {});
  }

  TestAuthority next_{"the next authority"};
};

TEST_F(AnchorWalkTest, ATerminalThatWasAwayHandsAgentdTheLinkAndConnectsOnceItHasFollowed) {
  ChangeAuthority();
  ASSERT_NO_FATAL_FAILURE(Configured());
  const std::optional<v1::LinkUp> up = ReceiveSealed();
  ASSERT_TRUE(up.has_value());
  EXPECT_EQ(up->sealed().purpose(), v1::PURPOSE_TRUST_ANCHOR);
  EXPECT_EQ(up->sealed().payload(), AnchorOf(next_));
  EXPECT_EQ(console_->streams(), 0);  // the link alone believes nothing
  ASSERT_TRUE(agentd_.Send(NextConfiguration()));
  ASSERT_TRUE(agentd_.ReceiveState(v1::LINK_STATE_CONNECTED));
  // Its certificate is the old authority's: a new one at once.
  EXPECT_TRUE(console_->Await([this] { return console_->renewals() == 1; }));
}

TEST_F(AnchorWalkTest, AConsoleRestoredFromBeforeTheChangeIsShownWhatItHadIssuedThen) {
  ChangeAuthority();
  GiveIdentity(std::chrono::seconds{-60}, std::chrono::hours{24 * 90});
  StartLink();
  ASSERT_TRUE(agentd_.Accept());
  ASSERT_TRUE(agentd_.Send(NextConfiguration()));
  ASSERT_TRUE(agentd_.ReceiveState(v1::LINK_STATE_CONNECTED));
  const auto until = std::chrono::steady_clock::now() + kDeadline;
  while (!files_.Get("/link/earlier.pem") && std::chrono::steady_clock::now() < until) {
    std::this_thread::yield();
  }
  const int port = console_->port();
  console_.reset();
  console_ = std::make_unique<TestConsole>(authority_, port);  // takes nobody else's
  EXPECT_TRUE(agentd_.ReceiveState(v1::LINK_STATE_CONNECTED));
  EXPECT_TRUE(console_->Await([this] { return console_->streams() == 1; }));
  // And what that one issues is used from then on.
  EXPECT_TRUE(console_->Await([this] { return console_->renewals() == 1; }));
}

TEST_F(AnchorWalkTest, AConsoleThatStillShowsTheAuthorityBeforeIsStillTheConsole) {
  GiveIdentity(std::chrono::seconds{-60}, std::chrono::hours{24 * 90});
  StartLink();
  ASSERT_TRUE(agentd_.Accept());
  ASSERT_TRUE(agentd_.Send(NextConfiguration()));
  EXPECT_TRUE(agentd_.ReceiveState(v1::LINK_STATE_CONNECTED));
  // Asked for once; what the old authority issues is taken, and not asked for in a loop.
  EXPECT_TRUE(console_->Await([this] { return console_->renewals() == 1; }));
  EXPECT_FALSE(agentd_.Receive(std::chrono::milliseconds{500}).has_value());
  EXPECT_EQ(console_->renewals(), 1);
}

TEST_F(AnchorWalkTest, TwoChangesThatWereMissedAreFollowedInTheirOrder) {
  const TestAuthority last("the last authority");
  const contract::PrivateKey second_root = contract::PrivateKey::Generate();
  v1::TrustAnchor second;
  second.ParseFromString(AnchorOf(next_));
  second.set_root_public_key(second_root.public_key().data(), second_root.public_key().size());
  v1::TrustAnchor third = second;
  third.set_ca_certificate(last.der());
  const int port = console_->port();
  console_.reset();
  console_ = std::make_unique<TestConsole>(last, port);
  console_->anchor_links = {LinkTo(second.SerializeAsString(), root_),
                            LinkTo(third.SerializeAsString(), second_root)};
  const auto links = Fetch();
  ASSERT_TRUE(links.ok()) << links.status();
  ASSERT_EQ(links->size(), 2u);
  EXPECT_EQ(links->back().payload(), third.SerializeAsString());
  // One that has followed the first is led on by the second alone.
  const auto rest = FetchAnchorLinks(console_->address(), second.SerializeAsString(), {});
  ASSERT_TRUE(rest.ok()) << rest.status();
  EXPECT_EQ(rest->size(), 1u);
}

TEST_F(AnchorWalkTest, SomebodyElseIsNotFollowedWhateverHeShows) {
  ChangeAuthority();
  const contract::PrivateKey theirs = contract::PrivateKey::Generate();
  console_->anchor_links = {LinkTo(AnchorOf(next_), theirs)};
  EXPECT_TRUE(absl::IsPermissionDenied(Fetch().status()));
  console_->anchor_links = {};
  EXPECT_TRUE(absl::IsPermissionDenied(Fetch().status()));
  // A true link, but to an authority that is not this server's.
  const TestAuthority other;
  console_->anchor_links = {LinkTo(AnchorOf(other), root_)};
  EXPECT_TRUE(absl::IsPermissionDenied(Fetch().status()));
  // More than a console can have.
  console_->anchor_links.assign(33, LinkTo(AnchorOf(next_), root_));
  EXPECT_FALSE(Fetch().ok());
}

TEST_F(AnchorWalkTest, AServerThatNobodyVouchesForIsToldToAgentdAsUntrustedAndNothingElse) {
  ChangeAuthority();
  console_->anchor_links = {};
  ASSERT_NO_FATAL_FAILURE(Configured());
  ASSERT_TRUE(agentd_.ReceiveState(v1::LINK_STATE_UNTRUSTED));
  EXPECT_FALSE(agentd_.Receive(std::chrono::milliseconds{500}).has_value());
  EXPECT_EQ(console_->streams(), 0);
}

}  // namespace
}  // namespace sekisho::link::test
