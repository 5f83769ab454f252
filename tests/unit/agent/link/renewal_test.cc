// The certificate's life: read, refused, renewed.
#include "agent/link/renewal.h"

#include <gtest/gtest.h>

#include "tests/unit/agent/link/link_fixture.h"

namespace sekisho::link::test {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

class RenewalTest : public LinkFixture {
 protected:
  std::string OnDisk() {
    const auto content = files_.Get("/link/identity.pem");
    return content.has_value()
               ? std::string(reinterpret_cast<const char*>(content->data()), content->size())
               : std::string();
  }
};

TEST_F(RenewalTest, HappensTwoThirdsIntoTheLifetimeAndLeavesTheStreamAlone) {
  // 61 of 90 days gone.
  GiveIdentity(-hours{24 * 61}, hours{24 * 29});
  const std::string before = OnDisk();
  StartLink();
  ASSERT_TRUE(agentd_.Accept());
  ASSERT_TRUE(agentd_.Send(Configuration()));
  ASSERT_TRUE(agentd_.ReceiveState(v1::LINK_STATE_CONNECTED));
  ASSERT_TRUE(agentd_.SendSealed("in flight"));
  ASSERT_TRUE(console_->Await([this] { return console_->renewals() == 1; }));
  ASSERT_TRUE(console_->Await([this] { return console_->received().size() == 1; }));
  // The answer is stored a moment after the console has counted it.
  const auto until = std::chrono::steady_clock::now() + kDeadline;
  while (OnDisk() == before && std::chrono::steady_clock::now() < until) {
    std::this_thread::yield();
  }
  StopLink();
  EXPECT_EQ(console_->streams(), 1);
  const absl::StatusOr<Identity> renewed = ReadIdentity(OnDisk());
  ASSERT_TRUE(renewed.ok()) << renewed.status();
  EXPECT_TRUE(renewed->Names(kTerminal));
  EXPECT_NE(renewed->key_pem, ReadIdentity(before)->key_pem);
  EXPECT_GT(renewed->not_after, options_.wall_now() + hours{24 * 80});
}

TEST_F(RenewalTest, IsNotAskedForBeforeItsTime) {
  GiveIdentity(-hours{24 * 59}, hours{24 * 31});
  StartLink();
  ASSERT_TRUE(agentd_.Accept());
  ASSERT_TRUE(agentd_.Send(Configuration()));
  ASSERT_TRUE(agentd_.ReceiveState(v1::LINK_STATE_CONNECTED));
  // It would be asked for at once; half a second of silence is the answer.
  EXPECT_FALSE(agentd_.Receive(std::chrono::milliseconds{500}).has_value());
  EXPECT_EQ(console_->renewals(), 0);
}

TEST(UntilRenewalTest, LooksAgainWithinSixHoursBecauseClocksAreSet) {
  Identity identity;
  identity.not_before = std::chrono::sys_seconds{seconds{0}};
  identity.not_after = std::chrono::sys_seconds{hours{24 * 90}};
  EXPECT_EQ(UntilRenewal(identity, std::chrono::sys_seconds{seconds{0}}), hours{6});
  EXPECT_EQ(UntilRenewal(identity, std::chrono::sys_seconds{hours{24 * 60 - 1}}), hours{1});
  EXPECT_EQ(UntilRenewal(identity, std::chrono::sys_seconds{hours{24 * 60}}), seconds{0});
  EXPECT_EQ(UntilRenewal(identity, std::chrono::sys_seconds{hours{24 * 365}}), seconds{0});
}

class IdentityTest : public testing::Test {
 protected:
  std::vector<std::string> ChainFor(const TlsKey& key, const TestAuthority& authority) {
    return {authority.IssueClient(*key.CertificateRequest(), kTerminal, seconds{-60}, hours{1}),
            authority.der()};
  }
  TestAuthority authority_;
  TlsKey key_ = *TlsKey::Generate();
};

TEST_F(IdentityTest, ReadsBackAsItWasWritten) {
  const absl::StatusOr<Identity> identity =
      TakeIdentity(key_, ChainFor(key_, authority_), authority_.pem());
  ASSERT_TRUE(identity.ok()) << identity.status();
  const absl::StatusOr<Identity> read = ReadIdentity(WriteIdentity(*identity));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(WriteIdentity(*read), WriteIdentity(*identity));
  EXPECT_TRUE(read->Names(kTerminal));
  EXPECT_FALSE(read->Names("another"));
  EXPECT_FALSE(read->Names(""));
  EXPECT_TRUE(CheckDescent(*read, authority_.pem()).ok());
}

TEST_F(IdentityTest, IsNotTakenOverAnotherKey) {
  const TlsKey other = *TlsKey::Generate();
  EXPECT_TRUE(absl::IsPermissionDenied(
      TakeIdentity(key_, ChainFor(other, authority_), authority_.pem()).status()));
}

TEST_F(IdentityTest, IsNotTakenFromAnotherAuthority) {
  const TestAuthority other;
  EXPECT_TRUE(absl::IsPermissionDenied(
      TakeIdentity(key_, ChainFor(key_, other), authority_.pem()).status()));
}

TEST_F(IdentityTest, IsRefusedWhenTruncatedAnywhere) {
  const std::string whole =
      WriteIdentity(*TakeIdentity(key_, ChainFor(key_, authority_), authority_.pem()));
  const std::size_t first_certificate = whole.find("-----END CERTIFICATE-----");
  for (std::size_t size = 0; size < first_certificate; size += 7) {
    EXPECT_FALSE(ReadIdentity(whole.substr(0, size)).ok()) << size;
  }
}

}  // namespace
}  // namespace sekisho::link::test
