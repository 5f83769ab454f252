// Enrolment: what leaves the terminal, to whom, and in which order.
#include "agent/link/enrolment.h"

#include <gtest/gtest.h>

#include "agent/link/server_chain.h"
#include "proto/contract/token.h"
#include "tests/unit/agent/link/link_fixture.h"

namespace sekisho::link::test {
namespace {

class EnrolmentTest : public LinkFixture {
 protected:
  static v1::LinkDown Order(const std::string& token) {
    v1::LinkDown message;
    message.mutable_enrol()->set_token(token);
    message.mutable_enrol()->mutable_claims()->set_payload("claims");
    return message;
  }
  std::optional<v1::LinkEnrolment> Answer(const std::string& token) {
    if (!agentd_.Send(Order(token))) return std::nullopt;
    const std::optional<v1::LinkUp> message =
        agentd_.ReceiveUntil([](const v1::LinkUp& up) { return up.has_enrolment(); });
    return message.has_value() ? std::optional(message->enrolment()) : std::nullopt;
  }
  std::string GoodToken() { return TokenFor(*console_, console_->trust_anchor); }
};

TEST_F(EnrolmentTest, BringsTheConsolesAnswerUnopenedAndConnectsOnceAgentdHasAgreed) {
  StartLink();
  ASSERT_TRUE(agentd_.Accept());
  const std::optional<v1::LinkEnrolment> answer = Answer(GoodToken());
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->failure(), "");
  EXPECT_EQ(answer->enrolment().payload(), "enrolment");
  EXPECT_EQ(answer->key_set().payload(), "key set");
  EXPECT_EQ(answer->trust_anchor(), console_->trust_anchor);
  ASSERT_EQ(console_->enrolments().size(), 1u);
  EXPECT_EQ(console_->enrolments()[0].claims().payload(), "claims");
  // Issued is not yet used.
  EXPECT_TRUE(files_.Get("/link/pending.pem").has_value());
  EXPECT_FALSE(files_.Get("/link/identity.pem").has_value());

  ASSERT_TRUE(agentd_.Send(Configuration()));
  ASSERT_TRUE(agentd_.ReceiveState(v1::LINK_STATE_CONNECTED));
  EXPECT_EQ(files_.Mode("/link/identity.pem"), platform::FileMode::kOwnerOnly);
  EXPECT_FALSE(files_.Get("/link/pending.pem").has_value());
}

TEST_F(EnrolmentTest, SendsNoSecretToAConsoleWhoseAnchorIsNotTheTokens) {
  const TestAuthority other;
  StartLink();
  ASSERT_TRUE(agentd_.Accept());
  const std::optional<v1::LinkEnrolment> answer = Answer(TokenFor(*console_, AnchorOf(other)));
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->failure(), kRootOfTrustMismatch);
  EXPECT_TRUE(console_->enrolments().empty());
}

TEST_F(EnrolmentTest, SendsNoSecretToAManInTheMiddleWhoRepeatsTheRealAnchor) {
  // His TLS ends in his own authority, whatever anchor he shows.
  const TestAuthority real;
  console_->trust_anchor = AnchorOf(real);
  StartLink();
  ASSERT_TRUE(agentd_.Accept());
  const std::optional<v1::LinkEnrolment> answer = Answer(TokenFor(*console_, AnchorOf(real)));
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->failure(), kRootOfTrustMismatch);
  EXPECT_TRUE(console_->enrolments().empty());
}

TEST_F(EnrolmentTest, PassesOnWhyTheConsoleRefused) {
  v1::EnrolmentToken token = *contract::ReadToken(GoodToken());
  token.set_secret(std::string(16, 'x'));
  StartLink();
  ASSERT_TRUE(agentd_.Accept());
  const std::optional<v1::LinkEnrolment> answer = Answer(contract::WriteToken(token));
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->failure(), kConsoleRefused);
  EXPECT_EQ(answer->grpc_status(), static_cast<unsigned>(grpc::FAILED_PRECONDITION));
  EXPECT_FALSE(files_.Get("/link/pending.pem").has_value());
}

TEST_F(EnrolmentTest, SaysThatNobodyAnswers) {
  const std::string token = GoodToken();
  console_->Stop();
  StartLink();
  ASSERT_TRUE(agentd_.Accept());
  const std::optional<v1::LinkEnrolment> answer = Answer(token);
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->failure(), kConsoleUnreachable);
}

TEST_F(EnrolmentTest, SaysThatATokenIsNoToken) {
  StartLink();
  ASSERT_TRUE(agentd_.Accept());
  const std::optional<v1::LinkEnrolment> answer = Answer("sekisho1.not-a-token");
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->failure(), kTokenMalformed);
}

TEST_F(EnrolmentTest, LeavesTheWorkingIdentityAloneUntilAgentdHasAgreed) {
  GiveIdentity(std::chrono::seconds{-60}, std::chrono::hours{24});
  const auto before = files_.Get("/link/identity.pem");
  StartLink();
  ASSERT_TRUE(agentd_.Accept());
  ASSERT_TRUE(Answer(GoodToken()).has_value());
  EXPECT_EQ(files_.Get("/link/identity.pem"), before);
}

TEST_F(EnrolmentTest, SaysThatTheCertificateCannotBeKept) {
  files_.SetSpace(platform::fake::Space::kFull);
  StartLink();
  ASSERT_TRUE(agentd_.Accept());
  const std::optional<v1::LinkEnrolment> answer = Answer(GoodToken());
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->failure(), kStateUnwritable);
  EXPECT_FALSE(answer->has_enrolment());
}

TEST(AddressTest, IsAHostAndAPort) {
  EXPECT_EQ(SplitAddress("console.example.lg.jp:7443")->first, "console.example.lg.jp");
  EXPECT_EQ(SplitAddress("[fd00::1]:7443")->first, "fd00::1");
  EXPECT_EQ(SplitAddress("[fd00::1]:7443")->second, "7443");
  for (const char* bad : {"", "console", "console:", ":7443", "fd00::1:7443", "c:0", "c:65536",
                          "c:99999999999999", "c:74x3", "[]:1"}) {
    EXPECT_FALSE(SplitAddress(bad).ok()) << bad;
  }
}

}  // namespace
}  // namespace sekisho::link::test
