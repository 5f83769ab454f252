// What signed policy says of logins where they cannot be verified.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/agent/engine/login_rig.h"

namespace sekisho::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using Kind = platform::LoginEnvelope::Kind;
using Verdict = platform::LoginEnvelope::Verdict;

class LoginPolicyTest : public LoginTest {
 protected:
  LoginPolicyTest() {
    terminal.Kill();
    terminal.StartEnrolled();
    Enrol("hanako");
    Enforce();
  }

  void Publish(std::uint64_t version, const std::vector<v1::LoginTrouble>& when,
               const std::string& service = "login") {
    v1::Policy policy = terminal.console.Policy();
    if (!when.empty()) {
      v1::LoginFallback& fallback = *policy.mutable_logins()->add_fallbacks();
      fallback.add_services(service);
      for (const v1::LoginTrouble each : when) fallback.add_when(each);
    }
    terminal.FromConsole(terminal.console.SealBundle(terminal.console.BundleOf(policy, version)));
  }
  // What the hook reads when nobody answers.
  std::string HooksFile() {
    const auto bytes = disk.Read(terminal.settings.logins_file, 8192);
    if (!bytes.ok()) return "";
    return {reinterpret_cast<const char*>(bytes->data()), bytes->size()};
  }
  std::vector<std::string> Fallbacks() {
    std::vector<std::string> fallbacks;
    for (const v1::Event& event : terminal.Events(v1::EVENT_KIND_LOGIN_GRANTED)) {
      fallbacks.push_back(ParameterOf(event, "fallback"));
    }
    return fallbacks;
  }
  void SpoilHanako() { disk.Truncate(terminal.settings.state_directory + "/factors-1000", 20); }
};

TEST_F(LoginPolicyTest, WithoutAWordOfPolicyNothingFallsBack) {
  Publish(2, {});
  EXPECT_THAT(HooksFile(), Not(HasSubstr("no-answer")));
  SpoilHanako();
  EXPECT_EQ(LogIn("000000").verdict, Verdict::kDenied);
  EXPECT_THAT(Fallbacks(), IsEmpty());
}

TEST_F(LoginPolicyTest, TheHooksFileFollowsThePolicyInForceAlsoAfterARestart) {
  Publish(2, {v1::LOGIN_TROUBLE_NO_ANSWER});
  EXPECT_THAT(HooksFile(), HasSubstr("\nno-answer login\n"));
  terminal.Restart();
  EXPECT_THAT(HooksFile(), HasSubstr("\nno-answer login\n"));
  terminal.Connect();
  Publish(3, {v1::LOGIN_TROUBLE_CLOCK});
  EXPECT_THAT(HooksFile(), Not(HasSubstr("no-answer")));
}

TEST_F(LoginPolicyTest, FactorsThatCannotBeReadAreDoneWithoutWherePolicySaysSo) {
  Publish(2, {v1::LOGIN_TROUBLE_UNREADABLE});
  SpoilHanako();
  EXPECT_EQ(LogIn("", "hanako", "sshd").verdict, Verdict::kDenied) << "another service";
  EXPECT_EQ(LogIn("").verdict, Verdict::kGranted);
  EXPECT_EQ(desk().Account(kLogin, Entry(Kind::kAccount)).verdict, Verdict::kGranted);
  EXPECT_THAT(Fallbacks(), ElementsAre("unreadable"));
  EXPECT_EQ(LogIn("", "jiro").verdict, Verdict::kDenied) << "who has no factor has none";
  EXPECT_EQ(LogIn("", "nobody-here").verdict, Verdict::kDenied);
}

TEST_F(LoginPolicyTest, AWrongCodeIsWrongWhateverPolicySays) {
  Publish(2, {v1::LOGIN_TROUBLE_UNREADABLE, v1::LOGIN_TROUBLE_CLOCK, v1::LOGIN_TROUBLE_UNRECORDABLE,
              v1::LOGIN_TROUBLE_NO_ANSWER});
  EXPECT_EQ(LogIn("000000").verdict, Verdict::kDenied);
  EXPECT_THAT(Fallbacks(), IsEmpty());
}

TEST_F(LoginPolicyTest, AClockThatWasSetBackIsDoneWithoutWherePolicySaysSo) {
  ASSERT_EQ(LogIn(CodeNow()).verdict, Verdict::kGranted);
  terminal.Restart();
  terminal.Connect();  // and no word of the office's of what time it is
  terminal.clock.SetWall(terminal.clock.WallNow() - std::chrono::hours(24 * 365));
  ASSERT_EQ(LogIn(CodeNow()).verdict, Verdict::kDenied);
  ASSERT_THAT(CausesOf(v1::EVENT_KIND_LOGIN_REFUSED), ElementsAre("clock"));
  Publish(2, {v1::LOGIN_TROUBLE_CLOCK});
  EXPECT_EQ(LogIn(CodeNow()).verdict, Verdict::kGranted);
  EXPECT_THAT(Fallbacks(), ElementsAre("", "clock"));
}

TEST_F(LoginPolicyTest, AFullDiskIsDoneWithoutOnlyBehindARightCode) {
  Publish(2, {v1::LOGIN_TROUBLE_UNRECORDABLE});
  disk.keeps_people_out = true;
  EXPECT_EQ(LogIn("000000").verdict, Verdict::kDenied);
  EXPECT_EQ(LogIn(CodeNow()).verdict, Verdict::kGranted);
  EXPECT_THAT(Fallbacks(), ElementsAre("unrecordable"));
}

TEST_F(LoginPolicyTest, WhoGotInOnAFullDiskIsRecordedOnceThereIsRoom) {
  Publish(2, {v1::LOGIN_TROUBLE_UNRECORDABLE});
  disk.SetSpace(platform::fake::Space::kFull);
  EXPECT_EQ(LogIn(CodeNow()).verdict, Verdict::kGranted);
  disk.SetSpace(platform::fake::Space::kRoom);
  terminal.Advance(2min);
  EXPECT_THAT(Fallbacks(), ElementsAre("unrecordable"));
}

TEST_F(LoginPolicyTest, AFactorThatWasTakenAwayMeanwhileIsNoTrouble) {
  Publish(2, {v1::LOGIN_TROUBLE_UNREADABLE, v1::LOGIN_TROUBLE_UNRECORDABLE});
  auto begun = desk().Begin(kLogin, Entry(Kind::kAuthenticate));
  ASSERT_NE(begun.talk, nullptr);
  v1::LocalRemoveFactorRequest remove;
  remove.set_person("hanako");
  remove.set_factor_id("totp-1");
  remove.set_reason("phone lost");
  ASSERT_TRUE(std::holds_alternative<v1::LocalRemoveFactorReply>(office().Remove(0, remove)));
  EXPECT_NE(desk().Answer(*begun.talk, CodeNow()).verdict, Verdict::kGranted);
  EXPECT_THAT(Fallbacks(), IsEmpty());
}

TEST_F(LoginPolicyTest, WherePolicyExemptsAServiceNobodyIsAsked) {
  v1::Policy policy = terminal.console.Policy();
  policy.mutable_logins()->add_exempt("backup");
  EXPECT_EQ(LogIn("000000", "hanako", "backup").verdict, Verdict::kDenied);
  terminal.FromConsole(terminal.console.SealBundle(terminal.console.BundleOf(policy, 2)));
  EXPECT_EQ(LogIn("", "hanako", "backup").verdict, Verdict::kNotAsked);
  EXPECT_THAT(HooksFile(), HasSubstr("\nexempt backup\n"));
}

}  // namespace
}  // namespace sekisho::testing
