// Each way in on one factor is told while two are asked for, and how the terminal is protected says
// so.
#include <cerrno>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/fake/login_watch.h"
#include "tests/unit/agent/engine/rig.h"

namespace sekisho::testing {
namespace {

using namespace std::chrono_literals;
using platform::LoginWay;
using Factors = platform::LoginWay::Factors;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const LoginWay kLogin{Factors::kTwo, "login", {}};
const LoginWay kOpenLogin{Factors::kOne, "login", {"pam_unix.so"}};
const LoginWay kKeysOnly{Factors::kOne, "sshd publickey", {"publickey"}};
const LoginWay kCron{Factors::kNoLogin, "cron", {}};

class LoginWaysTest : public ::testing::Test {
 protected:
  LoginWaysTest() {
    terminal.login_watch = &watch;
    watch.Put({kLogin, kCron});
  }
  // Its fakes are gone before the terminal is.
  ~LoginWaysTest() override { terminal.Kill(); }

  void Ask(v1::LoginsMode mode) {
    v1::LocalLoginsRequest request;
    request.set_mode(mode);
    for (const auto& each : terminal.logins.people) request.add_without_factor(each.name);
    EXPECT_TRUE(
        std::holds_alternative<v1::LocalLoginsReply>(terminal.engine->factors().Logins(request)));
    terminal.Settle();
  }
  void StartEnforcing() {
    terminal.Start();
    Ask(v1::LOGINS_MODE_ENFORCE);
  }
  void Now(std::vector<LoginWay> ways) {
    watch.Put(std::move(ways));
    terminal.Advance(1s);
  }
  std::vector<std::string> Told(v1::EventKind kind) {
    std::vector<std::string> ways;
    for (const v1::Event& event : terminal.Events(kind)) {
      std::string way = ParameterOf(event, "way");
      if (!ParameterOf(event, "enough").empty()) way += ": " + ParameterOf(event, "enough");
      ways.push_back(std::move(way));
    }
    return ways;
  }
  std::vector<std::string> Opened() { return Told(v1::EVENT_KIND_LOGIN_WAY_OPENED); }
  std::vector<std::string> Closed() { return Told(v1::EVENT_KIND_LOGIN_WAY_CLOSED); }
  // None: there is no such probe.
  std::optional<v1::Probe> Probe() {
    const v1::LocalDoctorReply doctor = terminal.engine->Doctor();
    for (const v1::Probe& each : doctor.probes()) {
      if (each.name() == "logins.two-factors") return each;
    }
    return std::nullopt;
  }

  Terminal terminal;
  platform::fake::FakeLoginWatch watch{terminal.loop};
};

TEST_F(LoginWaysTest, OneThatComesIsToldWithinASecondAndItsGoingToo) {
  StartEnforcing();
  EXPECT_THAT(Opened(), IsEmpty());
  Now({kOpenLogin, kKeysOnly, kCron});
  EXPECT_THAT(Opened(), ElementsAre("login: pam_unix.so", "sshd publickey: publickey"));
  Now({kLogin, kKeysOnly, kCron});
  EXPECT_THAT(Closed(), ElementsAre("login"));
  Now({kLogin, kCron});
  EXPECT_THAT(Closed(), ElementsAre("login", "sshd publickey"));
  EXPECT_THAT(Opened(), SizeIs(2)) << "told once";
}

TEST_F(LoginWaysTest, WhatIsEnoughMayChange) {
  StartEnforcing();
  Now({kOpenLogin});
  Now({{Factors::kOne, "login", {"pam_permit.so"}}});
  EXPECT_THAT(Opened(), ElementsAre("login: pam_unix.so", "login: pam_permit.so"));
}

TEST_F(LoginWaysTest, OneThatCannotBeReadCountsAsOpen) {
  StartEnforcing();
  Now({kLogin, {Factors::kUnknown, "sshd -T", {"exit 255"}}});
  EXPECT_THAT(Opened(), ElementsAre("sshd -T"));
}

TEST_F(LoginWaysTest, WhileNobodyIsAskedForTwoEveryWayIsOneAndNoneIsTold) {
  watch.Put({kOpenLogin});
  terminal.Start();
  Now({kOpenLogin, kKeysOnly});
  EXPECT_THAT(Opened(), IsEmpty());
  EXPECT_EQ(watch.looks(), 0) << "looking costs something";
  EXPECT_FALSE(Probe());
  Ask(v1::LOGINS_MODE_ENFORCE);
  EXPECT_THAT(Opened(), ElementsAre("login: pam_unix.so", "sshd publickey: publickey"));
  Ask(v1::LOGINS_MODE_OBSERVE);
  EXPECT_THAT(Closed(), IsEmpty()) << "they are as open as they were";
  Ask(v1::LOGINS_MODE_ENFORCE);
  EXPECT_THAT(Opened(), SizeIs(4)) << "told anew";
}

TEST_F(LoginWaysTest, ThoseThatStandAreToldAgainAtTheNextStart) {
  StartEnforcing();
  Now({kOpenLogin});
  terminal.Restart();
  terminal.Settle();
  EXPECT_THAT(Opened(), SizeIs(2));
}

TEST_F(LoginWaysTest, HowTheTerminalIsProtectedSaysIt) {
  StartEnforcing();
  ASSERT_TRUE(Probe());
  EXPECT_EQ(Probe()->result(), v1::PROBE_RESULT_HOLDS);
  Now({kOpenLogin, kKeysOnly});
  EXPECT_EQ(Probe()->result(), v1::PROBE_RESULT_OPEN);
  EXPECT_EQ(Probe()->detail(), "login, sshd publickey");
  watch.FailWith(platform::Failure{std::error_code(EPROTO, std::generic_category()), "look"});
  Now({kLogin});
  EXPECT_EQ(Probe()->result(), v1::PROBE_RESULT_UNTRIED) << "what was seen last says nothing";
  EXPECT_THAT(Closed(), IsEmpty());
}

TEST_F(LoginWaysTest, AFileThatIsWrittenInManyStepsIsLookedAtOnce) {
  StartEnforcing();
  const int before = watch.looks();
  for (int i = 0; i < 5; ++i) {
    watch.Put({kOpenLogin});
    terminal.Advance(100ms);
  }
  terminal.Advance(1s);
  EXPECT_EQ(watch.looks(), before + 1);
  EXPECT_THAT(Opened(), SizeIs(1));
}

TEST_F(LoginWaysTest, WhatIsWrittenWithoutEndIsLookedAtAllTheSame) {
  StartEnforcing();
  for (int i = 0; i < 35; ++i) {
    watch.Put({kOpenLogin});
    terminal.Advance(100ms);
  }
  EXPECT_THAT(Opened(), SizeIs(1));
}

TEST_F(LoginWaysTest, NothingIsWokenWhileNothingIsWritten) {
  StartEnforcing();
  const std::size_t alarms = terminal.loop.alarms();
  const int looks = watch.looks();
  terminal.Advance(std::chrono::hours(1));
  EXPECT_EQ(terminal.loop.alarms(), alarms);
  EXPECT_EQ(watch.looks(), looks);
}

TEST(LoginWaysWithoutAWatchTest, AreNotKnown) {
  Terminal terminal;
  terminal.Start();
  v1::LocalLoginsRequest request;
  request.set_mode(v1::LOGINS_MODE_ENFORCE);
  for (const auto& each : terminal.logins.people) request.add_without_factor(each.name);
  (void)terminal.engine->factors().Logins(request);
  const v1::LocalDoctorReply doctor = terminal.engine->Doctor();
  ASSERT_THAT(doctor.probes(), ::testing::Not(IsEmpty()));
  EXPECT_EQ(doctor.probes().rbegin()->result(), v1::PROBE_RESULT_UNTRIED);
}

}  // namespace
}  // namespace sekisho::testing
