// What the office sees of logins, and what it orders about them.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/agent/engine/login_rig.h"

namespace sekisho::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Verdict = platform::LoginEnvelope::Verdict;

class LoginOrdersTest : public LoginTest {
 protected:
  LoginOrdersTest() {
    terminal.welcome.add_features("orders");
    terminal.welcome.add_features("logins");
    terminal.Kill();
    terminal.StartEnrolled();
  }

  v1::Order OrderOf(std::uint64_t version) const {
    v1::Order order = terminal.OrderOf(version);
    order.set_reason("phone lost");
    return order;
  }
  void Give(const v1::Order& order) { terminal.FromConsole(terminal.console.SealOrder(order)); }
  void SetMode(std::uint64_t version, v1::LoginsMode mode,
               const std::vector<std::string>& without = {}) {
    v1::Order order = OrderOf(version);
    order.mutable_set_logins_mode()->set_mode(mode);
    for (const std::string& each : without)
      order.mutable_set_logins_mode()->add_without_factor(each);
    Give(order);
  }
  void Lift(std::uint64_t version, const std::string& person) {
    v1::Order order = OrderOf(version);
    order.mutable_lift_login_lock()->set_person(person);
    Give(order);
  }
  void Remove(std::uint64_t version, const std::string& person) {
    v1::Order order = OrderOf(version);
    order.mutable_remove_factors()->set_person(person);
    Give(order);
  }
  v1::TerminalLogins Seen() { return terminal.LastStatus().logins(); }
  v1::PersonLogins SeenOf(const std::string& name) {
    const v1::TerminalLogins seen = Seen();
    for (const v1::PersonLogins& each : seen.people()) {
      if (each.name() == name) return each;
    }
    ADD_FAILURE() << name;
    return {};
  }
  std::vector<std::string> Refused() { return CausesOf(v1::EVENT_KIND_ORDER_REFUSED); }
  std::vector<std::string> Applied() {
    std::vector<std::string> applied;
    for (const v1::Event& event : terminal.Events(v1::EVENT_KIND_ORDER_APPLIED)) {
      applied.push_back(ParameterOf(event, "what") + " " + ParameterOf(event, "person"));
    }
    return applied;
  }
  std::vector<std::string> EverybodyElse(const std::string& but) {
    std::vector<std::string> names;
    for (const auto& each : terminal.logins.people) {
      if (each.name != but) names.push_back(each.name);
    }
    return names;
  }
};

TEST_F(LoginOrdersTest, TheOfficeSeesWhoHasWhatAndWhoIsMissingFirst) {
  Enrol("hanako");
  terminal.Advance(1min);
  const v1::TerminalLogins seen = Seen();
  EXPECT_EQ(seen.mode(), v1::LOGINS_MODE_OBSERVE);
  ASSERT_EQ(static_cast<std::size_t>(seen.people_size()), terminal.logins.people.size());
  EXPECT_THAT(seen.people(0).factors(), IsEmpty());
  EXPECT_EQ(seen.people().rbegin()->name(), "hanako");
  EXPECT_THAT(seen.people().rbegin()->factors(), ElementsAre(v1::FACTOR_TYPE_TOTP));
  EXPECT_EQ(seen.people().rbegin()->locked_seconds(), 0u);
}

TEST_F(LoginOrdersTest, AConsoleOfBeforeIsToldNothingOfIt) {
  terminal.welcome.clear_features();
  terminal.welcome.add_features("orders");
  terminal.welcome.add_features("register");
  terminal.Restart();
  terminal.Connect();
  EXPECT_FALSE(terminal.LastStatus().has_logins());
}

TEST_F(LoginOrdersTest, MorePeopleThanAreListedAreCounted) {
  terminal.logins.people.clear();
  for (unsigned i = 0; i < 203; ++i) {
    terminal.logins.people.push_back({2000 + i, "person" + std::to_string(i)});
  }
  terminal.Advance(1min);
  EXPECT_EQ(Seen().people_size(), 200);
  EXPECT_EQ(Seen().people_left_off(), 3u);
}

TEST_F(LoginOrdersTest, EnforcingWaitsUntilEverybodyHasTwoOrIsNamed) {
  Enrol("hanako");
  SetMode(1, v1::LOGINS_MODE_ENFORCE);
  EXPECT_THAT(Refused(), ElementsAre("without-factor"));
  EXPECT_EQ(Seen().mode(), v1::LOGINS_MODE_OBSERVE);
  SetMode(2, v1::LOGINS_MODE_ENFORCE, EverybodyElse("hanako"));
  EXPECT_EQ(Seen().mode(), v1::LOGINS_MODE_ENFORCE) << "said at once, not a minute later";
  EXPECT_EQ(LogIn("").verdict, Verdict::kDenied);
  SetMode(3, v1::LOGINS_MODE_OBSERVE);
  EXPECT_EQ(LogIn("").verdict, Verdict::kNotAsked);
  EXPECT_THAT(Applied(), ElementsAre("enforce-logins ", "observe-logins "));
}

TEST_F(LoginOrdersTest, AModeOfLaterDaysIsNoMode) {
  SetMode(1, v1::LOGINS_MODE_UNSPECIFIED);
  EXPECT_THAT(Refused(), ElementsAre("malformed"));
}

TEST_F(LoginOrdersTest, ALiftedLockAsksAgainAtOnceAndIsSeen) {
  Enrol("hanako");
  Enforce();
  // Until both are locked: the factor, and the person whatever is asked for.
  for (int i = 0; i < 12; ++i) {
    (void)LogIn("000000");
    terminal.Advance(16min);
  }
  (void)LogIn("000000");
  ASSERT_EQ(LogIn(CodeNow()).verdict, Verdict::kLocked);
  terminal.Advance(1min);
  EXPECT_GT(SeenOf("hanako").locked_seconds(), 0u);
  Lift(1, "hanako");
  EXPECT_EQ(SeenOf("hanako").locked_seconds(), 0u);
  EXPECT_EQ(LogIn(CodeNow()).verdict, Verdict::kGranted);
  EXPECT_THAT(Applied(), ElementsAre("lift-login-lock hanako"));
}

TEST_F(LoginOrdersTest, ALiftedLockIsNoFactor) {
  Enrol("hanako");
  Enforce();
  Lift(1, "hanako");
  EXPECT_EQ(LogIn("000000").verdict, Verdict::kDenied);
}

TEST_F(LoginOrdersTest, WhatCannotBeWrittenIsNotNow) {
  Enrol("hanako");
  disk.keeps_people_out = true;
  Lift(1, "hanako");
  Remove(1, "hanako");
  EXPECT_THAT(Applied(), IsEmpty());
  EXPECT_THAT(Refused(), IsEmpty());
  EXPECT_EQ(terminal.LastStatus().order_version(), 0u);
  disk.keeps_people_out = false;
  Remove(1, "hanako");
  EXPECT_THAT(Applied(), ElementsAre("remove-factors hanako"));
}

TEST_F(LoginOrdersTest, WhoIsNotThereIsRefusedForEver) {
  Lift(1, "nobody-here");
  Remove(2, "nobody-here");
  EXPECT_THAT(Refused(), ElementsAre("no-such-person", "no-such-person"));
  EXPECT_EQ(terminal.LastStatus().order_version(), 2u);
}

TEST_F(LoginOrdersTest, ALostPhoneLetsNobodyInNorEnrolsAnother) {
  Enrol("hanako");
  Enforce();
  v1::LocalAddFactorRequest more;
  more.set_person("hanako");
  more.set_code(CodeNow());
  const auto begun = office().Add(1000, more);
  ASSERT_TRUE(std::holds_alternative<v1::LocalAddFactorReply>(begun));
  Wait(60s);
  Remove(1, "hanako");
  EXPECT_EQ(LogIn(CodeNow()).verdict, Verdict::kDenied);
  EXPECT_THAT(SeenOf("hanako").factors(), IsEmpty());
  const auto removed = terminal.Events(v1::EVENT_KIND_FACTOR_REMOVED);
  ASSERT_THAT(removed, SizeIs(1));
  EXPECT_EQ(ParameterOf(removed[0], "by"), "office");
  EXPECT_EQ(ParameterOf(removed[0], "reason"), "phone lost");

  const auto& added = std::get<v1::LocalAddFactorReply>(begun);
  secret = Decoded(added.secret());
  v1::LocalConfirmFactorRequest confirm;
  confirm.set_person("hanako");
  confirm.set_factor_id(added.factor_id());
  confirm.set_code(CodeNow());
  EXPECT_TRUE(std::holds_alternative<v1::LocalFailure>(office().Confirm(1000, confirm)))
      << "what was begun with the lost phone is over";
}

TEST_F(LoginOrdersTest, SpoiltFactorsAreSeenAndRemovedByOrder) {
  Enrol("hanako");
  disk.Truncate(terminal.settings.state_directory + "/factors-1000", 20);
  terminal.Advance(1min);
  EXPECT_TRUE(SeenOf("hanako").unreadable());
  Lift(1, "hanako");
  EXPECT_THAT(Refused(), ElementsAre("factors-unreadable"));
  Remove(2, "hanako");
  EXPECT_FALSE(SeenOf("hanako").unreadable());
}

}  // namespace
}  // namespace sekisho::testing
