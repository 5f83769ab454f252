#include <functional>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/contract/seal.h"
#include "tests/unit/agent/engine/rig.h"

namespace sekisho::testing {
namespace {

using ::testing::SizeIs;

class EnrolmentTest : public ::testing::Test {
 protected:
  EnrolmentTest() {
    terminal.Start();
    terminal.engine->AttachLink(&terminal.link);
  }
  void Begin(const std::string& token) {
    terminal.engine->Enrol(token, [this](engine::Answer<v1::LocalEnrolReply> answer) {
      if (auto* failure = std::get_if<v1::LocalFailure>(&answer)) {
        code = failure->code();
      } else {
        code = "enrolled";
      }
    });
  }
  v1::LinkEnrolment Honest() { return terminal.console.Enrol(terminal.link.sent.back().enrol()); }
  void Answer(const v1::LinkEnrolment& answer) {
    v1::LinkUp up;
    *up.mutable_enrolment() = answer;
    terminal.engine->FromLink(up);
  }
  Terminal terminal;
  std::string code;
};

TEST_F(EnrolmentTest, MakesATerminalOfTheConsole) {
  Begin(terminal.console.Token());
  EXPECT_EQ(code, "") << "nothing is said before the console has answered";
  Answer(Honest());
  EXPECT_EQ(code, "enrolled");
  EXPECT_TRUE(terminal.engine->Status().enrolled());
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_ENROLLED), SizeIs(1));
  EXPECT_EQ(terminal.link.sent.back().configuration().console_address(), "console.example:7443");
  terminal.Restart();
  EXPECT_EQ(terminal.engine->Status().terminal_id(), "terminal-1");
}

TEST_F(EnrolmentTest, AnotherRootOfTrustIsRefused) {
  Begin(terminal.console.Token());
  TestConsole impostor;
  Answer(impostor.Enrol(terminal.link.sent.back().enrol()));
  EXPECT_EQ(code, "answer-not-authentic");
  EXPECT_FALSE(terminal.engine->Status().enrolled());
}

TEST_F(EnrolmentTest, AnAnswerToAnEarlierQuestionIsRefused) {
  Begin(terminal.console.Token());
  const v1::LinkEnrolment earlier = Honest();
  terminal.Advance(std::chrono::seconds(61));
  EXPECT_EQ(code, "console-unreachable");
  Begin(terminal.console.Token());
  Answer(earlier);
  EXPECT_EQ(code, "answer-not-authentic");
}

// Each alone: what an earlier answer lacks both of.
TEST_F(EnrolmentTest, AnAnswerWithAnotherNumberOrForAnotherKeyIsRefused) {
  const contract::PrivateKey other = contract::PrivateKey::Generate();
  const std::function<void(v1::EnrolmentGrant&)> spoils[] = {
      [](v1::EnrolmentGrant& grant) { grant.set_nonce(std::string(16, 'x')); },
      [&](v1::EnrolmentGrant& grant) {
        grant.set_report_public_key(other.public_key().data(), other.public_key().size());
      }};
  for (const auto& spoil : spoils) {
    code.clear();
    Begin(terminal.console.Token());
    v1::LinkEnrolment answer = Honest();
    v1::EnrolmentGrant grant;
    grant.ParseFromString(answer.enrolment().payload());
    spoil(grant);
    *answer.mutable_enrolment() =
        contract::Seal(terminal.console.root, terminal.console.organisation_id,
                       v1::PURPOSE_ENROLMENT, grant.SerializeAsString());
    Answer(answer);
    ASSERT_EQ(code, "answer-not-authentic");
    EXPECT_FALSE(terminal.engine->Status().enrolled());
  }
}

TEST_F(EnrolmentTest, AnAlteredAnswerIsRefused) {
  Begin(terminal.console.Token());
  v1::LinkEnrolment answer = Honest();
  answer.mutable_enrolment()->mutable_payload()->back() ^= 1;
  Answer(answer);
  EXPECT_EQ(code, "answer-not-authentic");
}

TEST_F(EnrolmentTest, WordsOfTheLinkDoNotEnrol) {
  Begin(terminal.console.Token());
  v1::LinkEnrolment refused;
  refused.set_grpc_status(9);
  refused.set_failure("console-refused");
  Answer(refused);
  EXPECT_EQ(code, "console-refused");
}

TEST_F(EnrolmentTest, GarbageForATokenIsRefusedBeforeAnythingIsSent) {
  Begin("sekisho1.garbage");
  EXPECT_EQ(code, "token-malformed");
  EXPECT_THAT(terminal.link.sent, ::testing::IsEmpty());
}

TEST_F(EnrolmentTest, WhoeverIsEnrolledIsNotEnrolledAgain) {
  Begin(terminal.console.Token());
  Answer(Honest());
  Begin(terminal.console.Token());
  EXPECT_EQ(code, "already-enrolled");
}

TEST_F(EnrolmentTest, WithoutALinkItSaysSo) {
  terminal.Disconnect();
  Begin(terminal.console.Token());
  EXPECT_EQ(code, "link-absent");
}

TEST_F(EnrolmentTest, AFullDiskLeavesItNotEnrolled) {
  Begin(terminal.console.Token());
  const v1::LinkEnrolment answer = Honest();
  terminal.files.SetSpace(platform::fake::Space::kFull);
  Answer(answer);
  EXPECT_EQ(code, "state-unwritable");
  EXPECT_FALSE(terminal.engine->Status().enrolled());
}

}  // namespace
}  // namespace sekisho::testing
