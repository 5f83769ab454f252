// Who gets in, through the real engine, store, judge and tickets.
#include "agent/engine/state_file.h"
#include "agent/engine/totp.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/agent/engine/login_rig.h"

namespace sekisho::testing {
namespace {

using namespace std::chrono_literals;
using platform::LoginEnvelope;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Kind = LoginEnvelope::Kind;
using Verdict = LoginEnvelope::Verdict;

TEST_F(LoginTest, ObservesUntilToldOtherwiseAsksNobodyAndTellsWhomItWouldRefuse) {
  EXPECT_EQ(LogIn("").verdict, Verdict::kNotAsked);
  EXPECT_EQ(desk().Account(kLogin, Entry(Kind::kAccount)).verdict, Verdict::kNotAsked);
  EXPECT_EQ(desk().Session(kLogin, Entry(Kind::kOpenSession)).verdict, Verdict::kNotAsked);
  EXPECT_THAT(CausesOf(v1::EVENT_KIND_LOGIN_WOULD_BE_REFUSED), ElementsAre("no-factor"));
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_SESSION_OPENED), SizeIs(1));
  Enrol();
  EXPECT_EQ(LogIn("").verdict, Verdict::kNotAsked);
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_LOGIN_WOULD_BE_REFUSED), SizeIs(1));
}

TEST_F(LoginTest, ACodeLetsInAndSaysWhoAndByWhat) {
  Enrol();
  Enforce();
  EXPECT_EQ(LogIn(CodeNow()).verdict, Verdict::kGranted);
  const auto granted = terminal.Events(v1::EVENT_KIND_LOGIN_GRANTED);
  ASSERT_THAT(granted, SizeIs(1));
  EXPECT_EQ(granted[0].person().name(), "hanako");
  EXPECT_EQ(granted[0].person().uid(), 1000u);
  EXPECT_EQ(ParameterOf(granted[0], "service"), "login");
  EXPECT_EQ(ParameterOf(granted[0], "factor"), "totp-1");
  EXPECT_EQ(granted[0].retention(), v1::RETENTION_KEEP);
}

TEST_F(LoginTest, AWrongCodeDoesNot) {
  Enrol();
  Enforce();
  EXPECT_EQ(LogIn("000000").verdict, Verdict::kDenied);
  EXPECT_EQ(LogIn(CodeNow().substr(0, 5)).verdict, Verdict::kDenied);
  EXPECT_EQ(LogIn(std::string(900, '1')).verdict, Verdict::kDenied);
  EXPECT_EQ(LogIn("\xff\xfe\x80").verdict, Verdict::kDenied);
  EXPECT_EQ(LogIn("").verdict, Verdict::kDenied);
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_LOGIN_GRANTED), IsEmpty());
}

TEST_F(LoginTest, ACodeIsGoodOnceAlsoAfterARestartAndAReboot) {
  Enrol();
  Enforce();
  const std::string code = CodeNow();
  ASSERT_EQ(LogIn(code).verdict, Verdict::kGranted);
  EXPECT_EQ(LogIn(code).verdict, Verdict::kDenied);
  terminal.Restart();
  EXPECT_EQ(LogIn(code).verdict, Verdict::kDenied);
  terminal.Reboot();
  terminal.Start();
  EXPECT_EQ(LogIn(code).verdict, Verdict::kDenied);
  // The one before it, that nobody has shown, neither.
  EXPECT_EQ(LogIn(CodeNow(-1)).verdict, Verdict::kDenied);
}

TEST_F(LoginTest, TheCodeThatConfirmedAnEnrolmentIsUsedUp) {
  const v1::LocalAddFactorReply added = Add("hanako");
  secret = Decoded(added.secret());
  v1::LocalConfirmFactorRequest confirm;
  confirm.set_person("hanako");
  confirm.set_factor_id(added.factor_id());
  confirm.set_code(CodeNow());
  ASSERT_TRUE(std::holds_alternative<v1::LocalConfirmFactorReply>(office().Confirm(0, confirm)));
  Enforce();
  EXPECT_EQ(LogIn(CodeNow()).verdict, Verdict::kDenied);
}

TEST_F(LoginTest, WhatIsNotConfirmedCountsForNothing) {
  secret = Decoded(Add("hanako").secret());
  Enforce();
  EXPECT_EQ(LogIn(CodeNow()).verdict, Verdict::kDenied);
  EXPECT_THAT(CausesOf(v1::EVENT_KIND_LOGIN_REFUSED), ElementsAre("no-factor"));
}

TEST_F(LoginTest, ACodeThatCannotBeUsedUpOrRecordedLetsNobodyIn) {
  Enrol();
  Enforce();
  disk.keeps_people_out = true;
  EXPECT_EQ(LogIn(CodeNow()).verdict, Verdict::kUnavailable);
  disk.keeps_people_out = false;
  disk.SetSpace(platform::fake::Space::kFull);
  EXPECT_EQ(LogIn(CodeNow()).verdict, Verdict::kUnavailable);
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_LOGIN_GRANTED), IsEmpty());
}

TEST_F(LoginTest, APasswordThatTheStackDoesNotAlwaysAskForIsNoFactor) {
  Enrol();
  Enforce();
  terminal.logins.without_password.insert("sshd");
  EXPECT_EQ(LogIn(CodeNow(), "hanako", "sshd").verdict, Verdict::kDenied);
  EXPECT_THAT(CausesOf(v1::EVENT_KIND_LOGIN_REFUSED), ElementsAre("one-kind"));
}

TEST_F(LoginTest, NobodyCanTellWhoExistsByWhatIsAskedOrSaid) {
  Enrol();
  Enforce();
  for (int i = 0; i < 12; ++i) {
    const LoginEnvelope hanako = LogIn("000000");
    const LoginEnvelope jiro = LogIn("000000", "jiro");  // has nothing
    const LoginEnvelope nobody = LogIn("000000", "nobody-here");
    // The factor's own lock comes first; the rest must not tell.
    if (i < 5) {
      EXPECT_EQ(hanako, nobody) << i;
    }
    EXPECT_EQ(jiro, nobody) << i;
  }
  for (const v1::Event& event : terminal.Events()) {
    EXPECT_THAT(event.DebugString(), ::testing::Not(HasSubstr("nobody-here")));
  }
}

TEST_F(LoginTest, GuessingIsLockedForAWhileAlsoAfterARebootAndTheRightCodeThenWorks) {
  Enrol();
  Enforce();
  for (int i = 0; i < 6; ++i) ASSERT_EQ(LogIn("000000").verdict, Verdict::kDenied) << i;
  const LoginEnvelope locked = LogIn(CodeNow());
  EXPECT_EQ(locked.verdict, Verdict::kLocked);
  EXPECT_THAT(locked.text, HasSubstr("30 s"));
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_LOGIN_LOCKED), SizeIs(1));
  terminal.Restart();
  EXPECT_EQ(LogIn(CodeNow()).verdict, Verdict::kLocked);
  terminal.Reboot();
  terminal.Start();
  EXPECT_EQ(LogIn(CodeNow()).verdict, Verdict::kLocked);
  Wait(31s);
  EXPECT_EQ(LogIn(CodeNow()).verdict, Verdict::kGranted);
  Wait(60s);
  EXPECT_EQ(LogIn("000000").verdict, Verdict::kDenied) << "forgiven";
  EXPECT_EQ(LogIn(CodeNow()).verdict, Verdict::kGranted);
}

TEST_F(LoginTest, ALockHoldsForLoginsThatHadBegunBeforeIt) {
  Enrol();
  Enforce();
  std::vector<engine::LoginDesk::TalkPtr> talks;
  for (int i = 0; i < 100; ++i) {
    talks.push_back(desk().Begin(kLogin, Entry(Kind::kAuthenticate)).talk);
  }
  int judged = 0;
  for (auto& talk : talks) {
    judged += desk().Answer(*talk, "000000").verdict == Verdict::kDenied ? 1 : 0;
  }
  EXPECT_EQ(judged, 6) << "five, and the one that locks";
}

TEST_F(LoginTest, OneCodeShownTwiceAtOnceLetsInOnce) {
  Enrol();
  Enforce();
  auto first = desk().Begin(kLogin, Entry(Kind::kAuthenticate));
  auto second = desk().Begin(kLogin, Entry(Kind::kAuthenticate));
  EXPECT_EQ(desk().Answer(*first.talk, CodeNow()).verdict, Verdict::kGranted);
  EXPECT_EQ(desk().Answer(*second.talk, CodeNow()).verdict, Verdict::kDenied);
}

TEST_F(LoginTest, AClockThatWasSetBackIsSaidToBe) {
  Enrol();
  Enforce();
  ASSERT_EQ(LogIn(CodeNow()).verdict, Verdict::kGranted);
  terminal.clock.SetWall(terminal.clock.WallNow() - 24h * 365);
  const LoginEnvelope said = LogIn(CodeNow());
  EXPECT_EQ(said.verdict, Verdict::kDenied);
  EXPECT_THAT(said.text, HasSubstr("clock"));
}

TEST_F(LoginTest, SpoiltStateLetsNobodyInIsToldAndHarmsNobodyElse) {
  Enrol("jiro");
  const std::string jiros = secret;
  Enrol("hanako");
  Enforce();
  disk.Put(terminal.settings.state_directory + "/factors-1000", "rot");
  EXPECT_EQ(LogIn(CodeNow()).verdict, Verdict::kDenied);
  const auto aside = terminal.Events(v1::EVENT_KIND_STATE_SET_ASIDE);
  ASSERT_THAT(aside, SizeIs(1));
  EXPECT_EQ(ParameterOf(aside[0], "file"), "factors-1000");
  EXPECT_THAT(CausesOf(v1::EVENT_KIND_LOGIN_REFUSED), ElementsAre("unreadable"));
  secret = jiros;
  EXPECT_EQ(LogIn(CodeNow(), "jiro").verdict, Verdict::kGranted);
}

TEST_F(LoginTest, AnothersFactorsCopiedIntoOnesOwnFileOpenNothing) {
  Enrol("jiro");
  const std::string jiros = secret;
  Enrol("hanako");
  Enforce();
  const std::string folder = terminal.settings.state_directory;
  disk.Put(folder + "/factors-1000", *disk.Get(folder + "/factors-1001"));
  secret = jiros;
  EXPECT_EQ(LogIn(CodeNow()).verdict, Verdict::kDenied);
}

TEST_F(LoginTest, ASealedSecretOpensForNobodyElse) {
  Enrol("jiro");
  Enforce();
  // jiro's box in a file that is hanako's in every other respect.
  const std::string folder = terminal.settings.state_directory;
  const std::vector<std::byte> content = *disk.Get(folder + "/factors-1001");
  auto payload =
      engine::ReadStateFile({reinterpret_cast<const char*>(content.data()), content.size()});
  v1::StoredPerson person;
  ASSERT_TRUE(person.ParseFromString(std::get<std::string>(payload)));
  person.set_uid(1000);
  person.set_name("hanako");
  disk.Put(folder + "/factors-1000", engine::WriteStateFile(person.SerializeAsString()));
  EXPECT_EQ(LogIn(CodeNow()).verdict, Verdict::kUnavailable);
  EXPECT_EQ(LogIn(CodeNow(), "jiro").verdict, Verdict::kGranted);
}

TEST_F(LoginTest, TheSecretIsNowhereOnTheDiskAsItIs) {
  Enrol();
  for (const std::string& path : disk.Paths()) {
    const std::vector<std::byte> content = *disk.Get(path);
    const std::string text(reinterpret_cast<const char*>(content.data()), content.size());
    EXPECT_EQ(text.find(secret), std::string::npos) << path;
    EXPECT_EQ(text.find(engine::Base32Of(secret)), std::string::npos) << path;
  }
}

TEST_F(LoginTest, AnAccountNeedsATicketAndUsesItUp) {
  Enrol();
  Enforce();
  EXPECT_EQ(desk().Account(kLogin, Entry(Kind::kAccount)).verdict, Verdict::kDenied);
  ASSERT_EQ(LogIn(CodeNow()).verdict, Verdict::kGranted);
  platform::Peer other = kLogin;
  other.pid = 501;
  EXPECT_EQ(desk().Account(other, Entry(Kind::kAccount)).verdict, Verdict::kDenied);
  EXPECT_EQ(desk().Account(kLogin, Entry(Kind::kAccount, "jiro")).verdict, Verdict::kDenied);
  EXPECT_EQ(desk().Account(kLogin, Entry(Kind::kAccount)).verdict, Verdict::kGranted);
  EXPECT_EQ(desk().Account(kLogin, Entry(Kind::kAccount)).verdict, Verdict::kDenied);
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_LOGIN_WITHOUT_TICKET), SizeIs(4));
}

TEST_F(LoginTest, ASessionNeedsAnAccountThatHadATicket) {
  Enrol();
  Enforce();
  EXPECT_EQ(desk().Session(kLogin, Entry(Kind::kOpenSession)).verdict, Verdict::kDenied);
  ASSERT_EQ(LogIn(CodeNow()).verdict, Verdict::kGranted);
  EXPECT_EQ(desk().Session(kLogin, Entry(Kind::kOpenSession)).verdict, Verdict::kDenied);
  ASSERT_EQ(desk().Account(kLogin, Entry(Kind::kAccount)).verdict, Verdict::kGranted);
  EXPECT_EQ(desk().Session(kLogin, Entry(Kind::kOpenSession)).verdict, Verdict::kGranted);
  EXPECT_EQ(desk().Session(kLogin, Entry(Kind::kOpenSession)).verdict, Verdict::kDenied);
}

TEST_F(LoginTest, ATicketIsTooOldAfterAMinute) {
  Enrol();
  Enforce();
  ASSERT_EQ(LogIn(CodeNow()).verdict, Verdict::kGranted);
  Wait(61s);
  EXPECT_EQ(desk().Account(kLogin, Entry(Kind::kAccount)).verdict, Verdict::kDenied);
}

TEST_F(LoginTest, AProgramThatIsNotRootsAsksAboutItsOwnPersonAndGetsNoTicket) {
  Enrol();
  Enforce();
  const platform::Peer locker{.uid = 1000, .gid = 1000, .pid = 500};
  EXPECT_EQ(desk().Begin(locker, Entry(Kind::kAuthenticate, "jiro")).talk, nullptr);
  EXPECT_EQ(desk().Account(locker, Entry(Kind::kAccount, "jiro")).verdict, Verdict::kDenied);
  EXPECT_THAT(CausesOf(v1::EVENT_KIND_LOGIN_REFUSED), ElementsAre("others-account"));
  EXPECT_EQ(desk().Account(locker, Entry(Kind::kAccount)).verdict, Verdict::kGranted);
  EXPECT_EQ(LogIn("", "hanako", "cron", locker).verdict, Verdict::kDenied)
      << "exempt is what root says it is";
  LoginEnvelope su = Entry(Kind::kAuthenticate, "jiro", "su");
  su.remote_user = "root";
  EXPECT_EQ(desk().Begin(locker, su).said.verdict, Verdict::kDenied) << "nor that it is root";
  // Of its service nothing is believed, so that the password counts for nothing.
  EXPECT_EQ(LogIn(CodeNow(), "hanako", "login", locker).verdict, Verdict::kDenied);
  EXPECT_EQ(desk().Account(kLogin, Entry(Kind::kAccount)).verdict, Verdict::kDenied);
  EXPECT_EQ(desk().Session(locker, Entry(Kind::kOpenSession)).verdict, Verdict::kDenied);
}

TEST_F(LoginTest, ServicesThatLogInNobodyAndRootInAnothersPlaceAreNotAsked) {
  Enforce();
  EXPECT_EQ(LogIn("", "hanako", "cron").verdict, Verdict::kNotAsked);
  EXPECT_EQ(desk().Account(kLogin, Entry(Kind::kAccount, "hanako", "systemd-user")).verdict,
            Verdict::kNotAsked);
  LoginEnvelope su = Entry(Kind::kAccount, "hanako", "su");
  su.remote_user = "root";
  EXPECT_EQ(desk().Account(kLogin, su).verdict, Verdict::kNotAsked);
  LoginEnvelope login = Entry(Kind::kAccount);
  login.remote_user = "root";
  EXPECT_EQ(desk().Account(kLogin, login).verdict, Verdict::kDenied) << "only where root is in";
}

TEST_F(LoginTest, BySuTheCodeIsTheCallersAndWhoTheyBecomeIsSaid) {
  Enrol("hanako");
  Enforce();
  LoginEnvelope su = Entry(Kind::kAuthenticate, "root", "su");
  su.remote_user = "hanako";
  auto begun = desk().Begin(kLogin, su);
  ASSERT_NE(begun.talk, nullptr);
  EXPECT_EQ(desk().Answer(*begun.talk, CodeNow()).verdict, Verdict::kGranted);
  const auto granted = terminal.Events(v1::EVENT_KIND_LOGIN_GRANTED);
  ASSERT_THAT(granted, SizeIs(1));
  EXPECT_EQ(granted[0].person().name(), "hanako");
  EXPECT_EQ(ParameterOf(granted[0], "target"), "root");
}

TEST_F(LoginTest, EnforcingIsRefusedWhileSomebodyWouldBeLockedOutAndIsNotNamed) {
  Enrol("hanako");
  v1::LocalLoginsRequest request;
  request.set_mode(v1::LOGINS_MODE_ENFORCE);
  request.add_without_factor("root");
  auto refused = office().Logins(request);
  ASSERT_TRUE(std::holds_alternative<v1::LocalFailure>(refused));
  EXPECT_EQ(std::get<v1::LocalFailure>(refused).parameters(0).value(), "jiro");
  request.add_without_factor("jiro");
  EXPECT_TRUE(std::holds_alternative<v1::LocalLoginsReply>(office().Logins(request)));
  const auto changed = terminal.Events(v1::EVENT_KIND_LOGINS_MODE_CHANGED);
  ASSERT_THAT(changed, SizeIs(1));
  EXPECT_EQ(ParameterOf(changed[0], "without_factor"), "jiro, root");
}

TEST_F(LoginTest, TheModeSurvivesARestartAndWhatCannotBeReadEnforces) {
  Enforce();
  terminal.Restart();
  EXPECT_NE(LogIn("").verdict, Verdict::kNotAsked);
  v1::LocalLoginsRequest request;
  request.set_mode(v1::LOGINS_MODE_OBSERVE);
  (void)office().Logins(request);
  terminal.Restart();
  EXPECT_EQ(LogIn("").verdict, Verdict::kNotAsked);
  terminal.Kill();
  disk.Put(terminal.settings.state_directory + "/logins", "rot");
  terminal.Start();
  EXPECT_NE(LogIn("").verdict, Verdict::kNotAsked);
}

TEST_F(LoginTest, APersonAddsForHerselfOnlyWithAFactorThatSheHas) {
  v1::LocalAddFactorRequest request;
  auto answer = office().Add(1000, request);
  ASSERT_TRUE(std::holds_alternative<v1::LocalFailure>(answer));
  EXPECT_EQ(std::get<v1::LocalFailure>(answer).code(), "no-second-factor");
  Enrol();
  request.set_code("000000");
  answer = office().Add(1000, request);
  EXPECT_EQ(std::get<v1::LocalFailure>(answer).code(), "code-wrong");
  request.set_code(CodeNow());
  EXPECT_TRUE(std::holds_alternative<v1::LocalAddFactorReply>(office().Add(1000, request)));
  request.set_person("jiro");
  EXPECT_EQ(std::get<v1::LocalFailure>(office().Add(1000, request)).code(), "root-only");
}

TEST_F(LoginTest, RootSaysWhyAndBothEnrolmentAndRemovalAreRecorded) {
  v1::LocalAddFactorRequest request;
  request.set_person("hanako");
  auto answer = office().Add(0, request);
  EXPECT_EQ(std::get<v1::LocalFailure>(answer).code(), "reason-empty");
  Enrol();
  v1::LocalRemoveFactorRequest remove;
  remove.set_person("hanako");
  remove.set_factor_id("totp-1");
  remove.set_reason("phone lost");
  ASSERT_TRUE(std::holds_alternative<v1::LocalRemoveFactorReply>(office().Remove(0, remove)));
  EXPECT_EQ(ParameterOf(terminal.Events(v1::EVENT_KIND_FACTOR_ADDED).at(0), "reason"),
            "starts on Monday");
  EXPECT_EQ(ParameterOf(terminal.Events(v1::EVENT_KIND_FACTOR_REMOVED).at(0), "reason"),
            "phone lost");
  Enforce();
  EXPECT_EQ(LogIn(CodeNow()).verdict, Verdict::kDenied);
}

// RFC 6238, Appendix B, SHA-1; the last six of eight digits.
TEST(TotpTest, IsWhatTheStandardSays) {
  const std::string secret = "12345678901234567890";
  EXPECT_EQ(engine::TotpCode(secret, 59 / 30), "287082");
  EXPECT_EQ(engine::TotpCode(secret, 1111111109 / 30), "081804");
  EXPECT_EQ(engine::TotpCode(secret, 20000000000 / 30), "353130");
}

TEST(TotpTest, UriHoldsWhatAnAppNeeds) {
  EXPECT_EQ(engine::TotpUri("hanako", "desk 12", "12345678901234567890"),
            "otpauth://totp/Sekisho:hanako%40desk%2012?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
            "&issuer=Sekisho");
}

}  // namespace
}  // namespace sekisho::testing
