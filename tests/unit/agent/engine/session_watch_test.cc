// Who is logged in and never asked the login hook is told, once.
#include <cerrno>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/fake/login_sessions.h"
#include "tests/unit/agent/engine/rig.h"

namespace sekisho::testing {
namespace {

using namespace std::chrono_literals;
using platform::LoginEnvelope;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class SessionWatchTest : public ::testing::Test {
 protected:
  SessionWatchTest() { terminal.login_sessions = &sessions; }
  ~SessionWatchTest() override { terminal.Kill(); }

  void StartWith(v1::LoginsMode mode) {
    terminal.Restart();
    v1::LocalLoginsRequest request;
    request.set_mode(mode);
    for (const auto& each : terminal.logins.people) request.add_without_factor(each.name);
    EXPECT_TRUE(
        std::holds_alternative<v1::LocalLoginsReply>(terminal.engine->factors().Logins(request)));
  }
  void Come(const std::string& id, int leader) {
    sessions.Come({id, 1000, "login", "tty2", ""}, leader);
    terminal.Advance(1s);
  }
  // A session that the hook is asked about and does not ask more: root's own su.
  void AskHook(int pid) {
    LoginEnvelope entry;
    entry.kind = LoginEnvelope::Kind::kOpenSession;
    entry.user = "hanako";
    entry.service = "su";
    entry.remote_user = "root";
    (void)terminal.engine->logins().Session({.uid = 0, .gid = 0, .pid = pid}, entry);
  }
  std::vector<v1::Event> Told() { return terminal.Events(v1::EVENT_KIND_LOGIN_WITHOUT_TICKET); }

  Terminal terminal;
  platform::fake::FakeLoginSessions sessions;
};

TEST_F(SessionWatchTest, OneThatNeverAskedTheHookIsToldWithinASecondAndOnce) {
  StartWith(v1::LOGINS_MODE_ENFORCE);
  Come("4", 700);
  ASSERT_THAT(Told(), SizeIs(1));
  EXPECT_EQ(Told()[0].person().name(), "hanako");
  EXPECT_EQ(ParameterOf(Told()[0], "outcome"), "let in");
  EXPECT_EQ(ParameterOf(Told()[0], "service"), "login");
  EXPECT_EQ(ParameterOf(Told()[0], "tty"), "tty2");
  Come("5", 701);
  EXPECT_THAT(Told(), SizeIs(2));
  sessions.Go("4");
  terminal.Advance(1s);
  EXPECT_THAT(Told(), SizeIs(2));
}

TEST_F(SessionWatchTest, OneThatTheHookLetInIsNot) {
  StartWith(v1::LOGINS_MODE_ENFORCE);
  AskHook(700);
  Come("4", 700);
  EXPECT_THAT(Told(), IsEmpty());
  // Also where its module comes after logind's.
  sessions.Come({"5", 1000, "login", "tty3", ""}, 701);
  terminal.Advance(100ms);
  AskHook(701);
  terminal.Advance(1s);
  EXPECT_THAT(Told(), IsEmpty());
}

TEST_F(SessionWatchTest, OneThatLogindIsSlowWithIsWaitedForAndNotForLong) {
  StartWith(v1::LOGINS_MODE_ENFORCE);
  AskHook(700);
  sessions.Come({"4", 1000, "login", "tty2", ""}, 999);  // 700 is not moved there yet
  terminal.Advance(1200ms);
  EXPECT_THAT(Told(), IsEmpty());
  sessions.Move(700, "4");
  terminal.Advance(2s);
  EXPECT_THAT(Told(), IsEmpty());
  AskHook(701);
  sessions.Come({"5", 1000, "login", "tty3", ""}, 998);
  terminal.Advance(1600ms);
  EXPECT_THAT(Told(), SizeIs(1));
}

TEST_F(SessionWatchTest, ALaterProcessWithTheNumberOfOneThatWasLetInIsTold) {
  StartWith(v1::LOGINS_MODE_ENFORCE);
  AskHook(700);
  terminal.logins.started[700] = 99;
  Come("4", 700);
  EXPECT_THAT(Told(), SizeIs(1));
}

TEST_F(SessionWatchTest, AnothersLeaderVouchesForNobody) {
  StartWith(v1::LOGINS_MODE_ENFORCE);
  AskHook(700);
  Come("3", 700);
  Come("4", 701);
  ASSERT_THAT(Told(), SizeIs(1));
  EXPECT_EQ(ParameterOf(Told()[0], "session"), "4");
}

TEST_F(SessionWatchTest, OneThatIsOverSoonIsToldAllTheSame) {
  StartWith(v1::LOGINS_MODE_ENFORCE);
  sessions.Come({"4", 1000, "sshd", "", "10.0.2.2"}, 700);
  terminal.Settle();
  sessions.Go("4");
  terminal.Advance(1s);
  ASSERT_THAT(Told(), SizeIs(1));
  EXPECT_EQ(ParameterOf(Told()[0], "host"), "10.0.2.2");
}

TEST_F(SessionWatchTest, WhoCameWhileNobodyWasAskedForTwoStaysUnremarked) {
  sessions.Come({"1", 1000, "login", "tty1", ""}, 600);
  StartWith(v1::LOGINS_MODE_OBSERVE);
  Come("4", 700);
  StartWith(v1::LOGINS_MODE_ENFORCE);
  Come("5", 701);
  ASSERT_THAT(Told(), SizeIs(1));
  EXPECT_EQ(ParameterOf(Told()[0], "session"), "5");
}

TEST_F(SessionWatchTest, WhoCameWhileAgentdWasDeadIsToldAndTheOthersAreNot) {
  StartWith(v1::LOGINS_MODE_ENFORCE);
  AskHook(700);
  Come("4", 700);
  terminal.Kill();
  sessions.Come({"5", 1000, "login", "tty3", ""}, 701);
  terminal.Start();
  terminal.Advance(1s);
  ASSERT_THAT(Told(), SizeIs(1));
  EXPECT_EQ(ParameterOf(Told()[0], "session"), "5");
}

TEST_F(SessionWatchTest, SessionsThatCannotBeListedAreLookedAtAgainWithTheNext) {
  StartWith(v1::LOGINS_MODE_ENFORCE);
  sessions.FailWith(platform::Failure{std::error_code(EIO, std::generic_category()), "list"});
  Come("4", 700);
  EXPECT_THAT(Told(), IsEmpty());
  sessions.FailWith(std::nullopt);
  Come("5", 701);
  EXPECT_THAT(Told(), SizeIs(2));
}

TEST_F(SessionWatchTest, NothingIsWokenWhileNobodyComes) {
  StartWith(v1::LOGINS_MODE_ENFORCE);
  const std::size_t alarms = terminal.loop.alarms();
  Come("4", 700);
  EXPECT_EQ(terminal.loop.alarms(), alarms);
}

}  // namespace
}  // namespace sekisho::testing
