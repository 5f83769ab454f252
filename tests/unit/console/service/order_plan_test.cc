// What becomes of an order on one terminal.
#include "console/service/order_plan.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace sekisho::console::service {
namespace {

TEST(SetModeCheck, TakesWhatAnAgentTakes) {
  v1::SetMode what;
  EXPECT_FALSE(CheckSetMode(what).ok());
  what.set_mode(v1::MODE_TRIAL);
  EXPECT_FALSE(CheckSetMode(what).ok());
  what.set_mode(v1::MODE_ENFORCE);
  EXPECT_TRUE(CheckSetMode(what).ok());
  for (const auto& [seconds, good] :
       {std::pair(59u, false), {60u, true}, {86'400u, true}, {86'401u, false}}) {
    what.set_trial_seconds(seconds);
    EXPECT_EQ(CheckSetMode(what).ok(), good) << seconds;
  }
  what.set_trial_seconds(60);
  what.set_confirmed(true);
  EXPECT_FALSE(CheckSetMode(what).ok());
  what.set_trial_seconds(0);
  EXPECT_TRUE(CheckSetMode(what).ok());
  what.set_mode(v1::MODE_OBSERVE);
  EXPECT_FALSE(CheckSetMode(what).ok());
}

TEST(AConfirmedOrder, EndsATrialAtOnceAndLeavesOneOutOtherwise) {
  v1::SetMode what;
  what.set_mode(v1::MODE_ENFORCE);
  what.set_confirmed(true);
  const auto plan = [&what](v1::Mode mode) {
    v1::Status status;
    status.set_mode(mode);
    return PlanMode({.state = v1::TERMINAL_STATE_ENROLLED,
                     .status = &status,
                     .agent = OrderSight::Agent::kKnowsOrders,
                     .standing = {}},
                    what);
  };
  EXPECT_EQ(plan(v1::MODE_TRIAL), v1::ORDER_OUTCOME_AT_ONCE);
  EXPECT_EQ(plan(v1::MODE_OBSERVE), v1::ORDER_OUTCOME_AT_NEXT_START);
  EXPECT_EQ(plan(v1::MODE_ENFORCE), v1::ORDER_OUTCOME_ALREADY);
  EXPECT_EQ(plan(v1::MODE_RESCUE), v1::ORDER_OUTCOME_AT_NEXT_START);
}

v1::SetLoginsMode Wanted(v1::LoginsMode mode, const std::vector<std::string>& without_factor = {}) {
  v1::SetLoginsMode what;
  what.set_mode(mode);
  what.mutable_without_factor()->Assign(without_factor.begin(), without_factor.end());
  return what;
}

TEST(SetLoginsModeCheck, TakesWhatAnAgentTakes) {
  EXPECT_FALSE(CheckSetLoginsMode(Wanted(v1::LOGINS_MODE_UNSPECIFIED)).ok());
  EXPECT_FALSE(CheckSetLoginsMode(Wanted(static_cast<v1::LoginsMode>(3))).ok());
  EXPECT_TRUE(CheckSetLoginsMode(Wanted(v1::LOGINS_MODE_OBSERVE)).ok());
  EXPECT_FALSE(CheckSetLoginsMode(Wanted(v1::LOGINS_MODE_OBSERVE, {"yobi"})).ok());
  EXPECT_TRUE(CheckSetLoginsMode(Wanted(v1::LOGINS_MODE_ENFORCE, {"yobi"})).ok());
}

TEST(APersonsName, IsNeitherBlankNorLong) {
  EXPECT_TRUE(CheckPerson("花子").ok());
  EXPECT_TRUE(CheckPerson(std::string(512, 'x')).ok());
  for (const std::string& bad : {std::string(), std::string(" \t"), std::string(513, 'x')}) {
    EXPECT_TRUE(absl::IsInvalidArgument(CheckPerson(bad))) << bad;
  }
}

// An enrolled terminal whose agent knows logins, observing.
class LoginsPlan : public testing::Test {
 protected:
  LoginsPlan() {
    logins().set_mode(v1::LOGINS_MODE_OBSERVE);
    sight_.state = v1::TERMINAL_STATE_ENROLLED;
    sight_.status = &status_;
    sight_.logins = OrderSight::Agent::kKnowsOrders;
  }
  v1::TerminalLogins& logins() { return *status_.mutable_logins(); }
  v1::PersonLogins& Add(const std::string& name, int factors) {
    v1::PersonLogins& person = *logins().add_people();
    person.set_name(name);
    for (int i = 0; i < factors; ++i) person.add_factors(v1::FACTOR_TYPE_TOTP);
    return person;
  }
  v1::OrderOutcome Plan(const v1::SetLoginsMode& what) { return PlanLogins(sight_, what).outcome; }
  v1::OrderOutcome Enforce(const std::vector<std::string>& without = {}) {
    return Plan(Wanted(v1::LOGINS_MODE_ENFORCE, without));
  }
  v1::OrderOutcome Observe() { return Plan(Wanted(v1::LOGINS_MODE_OBSERVE)); }

  v1::Status status_;
  OrderSight sight_;
};

TEST_F(LoginsPlan, EnforcesOnlyWhereEverybodyHasAFactorOrIsNamed) {
  EXPECT_EQ(Enforce(), v1::ORDER_OUTCOME_AT_ONCE) << "nobody is locked out";
  Add("taro", 0);
  Add("jiro", 1).set_unreadable(true);
  Add("hanako", 1);
  const Planned planned = PlanLogins(sight_, Wanted(v1::LOGINS_MODE_ENFORCE, {"hanako"}));
  EXPECT_EQ(planned.outcome, v1::ORDER_OUTCOME_WITHOUT_FACTOR);
  EXPECT_EQ(planned.people, (std::vector<std::string>{"taro", "jiro"}));
  EXPECT_EQ(PlanLogins(sight_, Wanted(v1::LOGINS_MODE_ENFORCE, {"jiro"})).people,
            std::vector<std::string>{"taro"});
  EXPECT_EQ(Enforce({"jiro", "taro"}), v1::ORDER_OUTCOME_AT_ONCE);
  EXPECT_EQ(Observe(), v1::ORDER_OUTCOME_ALREADY) << "they are let in";
}

TEST_F(LoginsPlan, WhoIsLeftOffLacksAFactorUnlessSomebodyListedBeforeHasOne) {
  Add("taro", 0);
  logins().set_people_left_off(1);
  const Planned planned = PlanLogins(sight_, Wanted(v1::LOGINS_MODE_ENFORCE, {"taro"}));
  EXPECT_EQ(planned.outcome, v1::ORDER_OUTCOME_WITHOUT_FACTOR);
  EXPECT_TRUE(planned.people.empty()) << "nobody knows who";
  Add("hanako", 1);
  EXPECT_EQ(Enforce({"taro"}), v1::ORDER_OUTCOME_AT_ONCE);
  logins().clear_people();
  EXPECT_EQ(Enforce({"taro"}), v1::ORDER_OUTCOME_WITHOUT_FACTOR);
}

TEST_F(LoginsPlan, AnOrderThatWaitsCountsForWhatItNames) {
  Add("taro", 0);
  sight_.standing.logins = Wanted(v1::LOGINS_MODE_ENFORCE, {"taro"});
  EXPECT_EQ(Enforce({"taro"}), v1::ORDER_OUTCOME_ALREADY);
  EXPECT_EQ(Observe(), v1::ORDER_OUTCOME_AT_ONCE) << "it observes, and would not for long";
  EXPECT_EQ(Enforce({"taro", "jiro"}), v1::ORDER_OUTCOME_AT_ONCE) << "more may be locked out now";
  Add("saburo", 0);
  EXPECT_EQ(Enforce({"taro"}), v1::ORDER_OUTCOME_WITHOUT_FACTOR) << "it would be refused";
  logins().set_mode(v1::LOGINS_MODE_ENFORCE);
  sight_.standing.logins = Wanted(v1::LOGINS_MODE_OBSERVE);
  EXPECT_EQ(Observe(), v1::ORDER_OUTCOME_ALREADY);
  EXPECT_EQ(Enforce({"taro", "saburo"}), v1::ORDER_OUTCOME_AT_ONCE);
  sight_.standing.logins.reset();
  EXPECT_EQ(Enforce(), v1::ORDER_OUTCOME_ALREADY) << "whoever lacks one is locked out already";
}

TEST_F(LoginsPlan, WhoHasSaidNothingIsLetInButNotLockedOut) {
  status_.clear_logins();
  EXPECT_EQ(Enforce(), v1::ORDER_OUTCOME_PEOPLE_UNKNOWN);
  EXPECT_EQ(Observe(), v1::ORDER_OUTCOME_AT_ONCE);
  EXPECT_EQ(PlanForPerson(sight_), v1::ORDER_OUTCOME_AT_ONCE);
  EXPECT_TRUE(CheckKnown(sight_, "t1", "taro").ok()) << "it may be known there";
}

TEST_F(LoginsPlan, WhoWouldNotUnderstandIsOrderedNothing) {
  for (const auto& [agent, outcome] :
       {std::pair(OrderSight::Agent::kTooOld, v1::ORDER_OUTCOME_AGENT_TOO_OLD),
        {OrderSight::Agent::kUnknown, v1::ORDER_OUTCOME_PEOPLE_UNKNOWN}}) {
    sight_.logins = agent;
    EXPECT_EQ(Enforce(), outcome);
    EXPECT_EQ(Observe(), outcome);
    EXPECT_EQ(PlanForPerson(sight_), outcome);
    EXPECT_TRUE(absl::IsFailedPrecondition(WhyNot(outcome, "t1", "orders about logins")));
  }
  sight_.state = v1::TERMINAL_STATE_REVOKED;
  EXPECT_EQ(Enforce(), v1::ORDER_OUTCOME_REVOKED);
  EXPECT_EQ(PlanForPerson(sight_), v1::ORDER_OUTCOME_REVOKED);
  sight_.state = v1::TERMINAL_STATE_EXPECTED;
  EXPECT_EQ(Observe(), v1::ORDER_OUTCOME_NEVER_ENROLLED);
}

TEST_F(LoginsPlan, WhoIsNotThereIsSaidWithWhoIs) {
  Add("taro", 0);
  Add("hanako", 1);
  EXPECT_TRUE(CheckKnown(sight_, "t1", "taro").ok());
  const absl::Status unknown = CheckKnown(sight_, "t1", "tarou");
  EXPECT_TRUE(absl::IsNotFound(unknown));
  EXPECT_NE(unknown.message().find("there is: hanako, taro"), std::string::npos) << unknown;
  logins().set_people_left_off(1);
  EXPECT_TRUE(CheckKnown(sight_, "t1", "tarou").ok()) << "it may be the one that is not listed";
}

}  // namespace
}  // namespace sekisho::console::service
