// Orders about logins: who is asked for a second factor, and who is helped with it.

#include <algorithm>
#include <map>

#include "tests/unit/console/service/order_fixture.h"

namespace sekisho::console::service {
namespace {

class OrderLoginsTest : public OrderTest {
 protected:
  void Connect(Machine& machine) { OrderTest::Connect(machine, {"orders", "logins"}); }
  // What a terminal says where each of `people` has so many second factors.
  void Say(Machine& machine, v1::LoginsMode mode, const std::map<std::string, int>& people,
           std::uint64_t order_version = 0) {
    v1::Status status;
    status.set_mode(v1::MODE_OBSERVE);
    status.set_order_version(order_version);
    v1::TerminalLogins& logins = *status.mutable_logins();
    logins.set_mode(mode);
    for (const auto& [name, factors] : people) {
      v1::PersonLogins& person = *logins.add_people();
      person.set_name(name);
      for (int i = 0; i < factors; ++i) person.add_factors(v1::FACTOR_TYPE_TOTP);
    }
    Report(machine, status);
  }
  static v1::SetLoginsModeRequest Enforcing(const std::string& terminal,
                                            const std::vector<std::string>& without = {}) {
    v1::SetLoginsModeRequest request;
    request.set_terminal(terminal);
    request.mutable_what()->set_mode(v1::LOGINS_MODE_ENFORCE);
    request.mutable_what()->mutable_without_factor()->Assign(without.begin(), without.end());
    request.set_reason("全員の登録が完了");
    return request;
  }
  static v1::SetLoginsModeRequest Observing(const std::string& terminal) {
    v1::SetLoginsModeRequest request = Enforcing(terminal);
    request.mutable_what()->set_mode(v1::LOGINS_MODE_OBSERVE);
    return request;
  }
  std::map<std::string, v1::TerminalOutcome> Outcomes(const v1::SetLoginsModeRequest& request) {
    const absl::StatusOr<v1::SetLoginsModeResponse> answer =
        orders().SetLoginsMode(Admin(), request);
    EXPECT_TRUE(answer.ok()) << answer.status();
    std::map<std::string, v1::TerminalOutcome> outcomes;
    if (!answer.ok()) return outcomes;
    for (const v1::TerminalOutcome& each : answer->terminals()) {
      outcomes[each.terminal_name()] = each;
    }
    return outcomes;
  }
  v1::OrderOutcome Outcome(const v1::SetLoginsModeRequest& request) {
    return Outcomes(request)[request.terminal()].outcome();
  }
  absl::StatusOr<v1::IssuedOrder> Lift(const std::string& terminal, const std::string& person,
                                       const authz::Caller& caller, const std::string& reason) {
    v1::LiftLoginLockRequest request;
    request.set_terminal(terminal);
    request.set_person(person);
    request.set_reason(reason);
    const absl::StatusOr<v1::LiftLoginLockResponse> answer =
        orders().LiftLoginLock(caller, request);
    if (!answer.ok()) return answer.status();
    return answer->order();
  }
  absl::StatusOr<v1::IssuedOrder> Reset(const std::string& terminal, const std::string& person,
                                        const authz::Caller& caller, const std::string& reason) {
    v1::RemoveFactorsRequest request;
    request.set_terminal(terminal);
    request.set_person(person);
    request.set_reason(reason);
    const absl::StatusOr<v1::RemoveFactorsResponse> answer =
        orders().RemoveFactors(caller, request);
    if (!answer.ok()) return answer.status();
    return answer->order();
  }
  // "method target: detail" of what the audit log has of logins.
  std::vector<std::string> Audited() {
    v1::ReadAuditRequest request;
    request.set_page_size(1000);
    const absl::StatusOr<v1::ReadAuditResponse> answer =
        console_->services().history.ReadAudit(Admin(), request);
    EXPECT_TRUE(answer.ok()) << answer.status();
    std::vector<std::string> lines;
    for (const v1::HistoryAudit& each : answer->entries()) {
      lines.push_back(each.method() + " " + each.target() + ": " + each.detail());
    }
    return lines;
  }
};

TEST_F(OrderLoginsTest, AGroupIsEnforcedWhereEverybodyHasASecondFactorAndToldWhereNot) {
  const store::Group office = Group("A");
  Machine ready = Make("ready", office);
  Machine away = Make("away", office);
  Machine lacking = Make("lacking", office);
  Machine old = Make("old", office);
  Machine older = Make("older", office);
  Machine mute = Make("mute", office);
  Make("unheard", office);
  Connect(ready);
  Say(ready, v1::LOGINS_MODE_OBSERVE, {{"hanako", 1}});
  Say(away, v1::LOGINS_MODE_OBSERVE, {{"hanako", 2}});
  Connect(lacking);
  Say(lacking, v1::LOGINS_MODE_OBSERVE, {{"jiro", 0}, {"taro", 0}, {"hanako", 1}});
  OrderTest::Connect(old);
  Report(old, v1::MODE_OBSERVE);
  Report(older, v1::MODE_OBSERVE);  // not connected, and has never said anything of logins
  Connect(mute);
  Report(mute, v1::MODE_OBSERVE);

  v1::SetLoginsModeRequest request = Enforcing("");
  request.set_group_id("A");
  request.set_preview(true);
  request.clear_reason();
  for (const bool preview : {true, false}) {
    SCOPED_TRACE(preview ? "preview" : "order");
    std::map<std::string, v1::TerminalOutcome> outcomes = Outcomes(request);
    EXPECT_EQ(outcomes["ready"].outcome(), v1::ORDER_OUTCOME_AT_ONCE);
    EXPECT_TRUE(outcomes["ready"].connected());
    EXPECT_EQ(outcomes["ready"].version(), preview ? 0u : 1u);
    EXPECT_EQ(outcomes["away"].outcome(), v1::ORDER_OUTCOME_AT_ONCE);
    EXPECT_EQ(outcomes["lacking"].outcome(), v1::ORDER_OUTCOME_WITHOUT_FACTOR);
    EXPECT_EQ(outcomes["lacking"].people_size(), 2);
    EXPECT_EQ(outcomes["old"].outcome(), v1::ORDER_OUTCOME_AGENT_TOO_OLD);
    EXPECT_EQ(outcomes["older"].outcome(), v1::ORDER_OUTCOME_AGENT_TOO_OLD);
    EXPECT_EQ(outcomes["mute"].outcome(), v1::ORDER_OUTCOME_PEOPLE_UNKNOWN);
    EXPECT_EQ(outcomes["unheard"].outcome(), v1::ORDER_OUTCOME_PEOPLE_UNKNOWN);
    EXPECT_EQ(Sent(ready).size(), preview ? 0u : 1u);
    request.set_preview(false);
    request.set_reason("全員の登録が完了");
  }
  EXPECT_EQ(orders().ListOrders(Admin(), {})->orders_size(), 2);
  EXPECT_TRUE(Sent(lacking).empty());
  EXPECT_EQ(Outcome(Enforcing("ready")), v1::ORDER_OUTCOME_ALREADY) << "ordered before";
  EXPECT_EQ(
      std::ranges::count(Audited(), "SetLoginsMode A: logins: enforce, 2 of 7: 全員の登録が完了"),
      1);
}

TEST_F(OrderLoginsTest, AnOrderNamesOnlyWhomTheRequestNames) {
  Machine machine = Make("t1", Group("A"));
  Connect(machine);
  Say(machine, v1::LOGINS_MODE_OBSERVE, {{"hanako", 1}, {"yobi", 0}});
  EXPECT_EQ(Outcome(Enforcing("t1")), v1::ORDER_OUTCOME_WITHOUT_FACTOR);
  EXPECT_EQ(Outcome(Enforcing("t1", {"kensyu", "yobi"})), v1::ORDER_OUTCOME_AT_ONCE);
  const std::vector<v1::Order> sent = Sent(machine);
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].set_logins_mode().mode(), v1::LOGINS_MODE_ENFORCE);
  const auto& named = sent[0].set_logins_mode().without_factor();
  EXPECT_EQ(std::vector<std::string>(named.begin(), named.end()),
            (std::vector<std::string>{"kensyu", "yobi"}));
  EXPECT_EQ(sent[0].reason(), "全員の登録が完了");
  EXPECT_EQ(sent[0].ordered_by(), "hanako");
  EXPECT_EQ(std::ranges::count(Audited(),
                               "SetLoginsMode t1: logins: enforce, locking out kensyu, yobi, 1 of "
                               "1: 全員の登録が完了"),
            1);
}

TEST_F(OrderLoginsTest, ANewerOrderTakesThePlaceOfOneThatWaitsAndOfNoOther) {
  Machine machine = Make("t1", Group("A"));
  Say(machine, v1::LOGINS_MODE_OBSERVE, {{"hanako", 1}});
  v1::SetModeRequest mode;
  mode.set_terminal("t1");
  mode.mutable_what()->set_mode(v1::MODE_ENFORCE);
  mode.set_reason("展開");
  ASSERT_TRUE(orders().SetMode(Admin(), mode).ok());
  ASSERT_TRUE(Lift("t1", "hanako", Admin(), "電話").ok());
  EXPECT_EQ(Outcome(Enforcing("t1")), v1::ORDER_OUTCOME_AT_ONCE);
  EXPECT_EQ(Outcome(Enforcing("t1")), v1::ORDER_OUTCOME_ALREADY);
  EXPECT_EQ(Outcome(Observing("t1")), v1::ORDER_OUTCOME_AT_ONCE) << "before it begins";
  EXPECT_EQ(Outcome(Observing("t1")), v1::ORDER_OUTCOME_ALREADY);
  EXPECT_EQ(Order("t1", 3).state(), v1::ORDER_STATE_CANCELLED);
  EXPECT_EQ(Order("t1", 3).cause(), "superseded");
  mode.mutable_what()->set_mode(v1::MODE_OBSERVE);
  ASSERT_TRUE(orders().SetMode(Admin(), mode).ok());
  EXPECT_EQ(Order("t1", 1).state(), v1::ORDER_STATE_CANCELLED) << "by the newer mode";
  Connect(machine);
  Say(machine, v1::LOGINS_MODE_OBSERVE, {{"hanako", 1}});
  EXPECT_EQ(Versions(machine), (std::vector<std::uint64_t>{2, 4, 5}));
  Applied(machine, 4);
  Say(machine, v1::LOGINS_MODE_OBSERVE, {{"hanako", 1}}, 5);
  EXPECT_EQ(Outcome(Observing("t1")), v1::ORDER_OUTCOME_ALREADY) << "so it is";
}

TEST_F(OrderLoginsTest, AnOlderAgentThatCameBackIsNotSentWhatItWouldRefuseForEver) {
  Machine machine = Make("t1", Group("A"));
  Say(machine, v1::LOGINS_MODE_OBSERVE, {{"hanako", 1}});
  EXPECT_EQ(Outcome(Enforcing("t1")), v1::ORDER_OUTCOME_AT_ONCE);
  ASSERT_TRUE(Lift("t1", "hanako", Admin(), "x").ok());
  ASSERT_TRUE(Reset("t1", "hanako", Admin(), "x").ok());
  v1::ReleaseTerminalRequest release;
  release.set_terminal("t1");
  release.set_reason("x");
  ASSERT_TRUE(orders().ReleaseTerminal(Admin(), release).ok());
  OrderTest::Connect(machine);
  Report(machine, v1::MODE_OBSERVE);
  EXPECT_EQ(Versions(machine), (std::vector<std::uint64_t>{4})) << "what it knows goes on";
  for (const std::uint64_t version : {1, 2, 3}) {
    EXPECT_EQ(Order("t1", version).state(), v1::ORDER_STATE_CANCELLED);
    EXPECT_EQ(Order("t1", version).cause(), "agent-too-old");
  }
  EXPECT_EQ(std::ranges::count(Audited(),
                               "Status t1 3: the agent there does not know such orders any more"),
            1);
  EXPECT_EQ(Outcome(Enforcing("t1")), v1::ORDER_OUTCOME_AGENT_TOO_OLD);
  EXPECT_TRUE(absl::IsFailedPrecondition(Lift("t1", "hanako", Admin(), "x").status()));
}

TEST_F(OrderLoginsTest, AParcelTakesAlongWhatItsAgentIsKnownToUnderstand) {
  const store::Group office = Group("A");
  for (const bool knows : {true, false}) {
    const std::string name = knows ? "knows" : "may-not";
    SCOPED_TRACE(name);
    Machine machine = Make(name, office);
    Say(machine, v1::LOGINS_MODE_OBSERVE, {{"hanako", 1}});
    EXPECT_EQ(Outcome(Enforcing(name)), v1::ORDER_OUTCOME_AT_ONCE);
    if (!knows) Report(machine, v1::MODE_OBSERVE);
    machine.link = std::make_shared<QuietLink>();
    machine.session = *console_->services().agents.OpenParcel(
        *console_->store().terminals().FindTerminal(machine.record.terminal_id), machine.link);
    Report(machine, v1::MODE_OBSERVE);
    EXPECT_EQ(Sent(machine).size(), knows ? 1u : 0u);
    EXPECT_EQ(Order(name, 1).cause(), knows ? "" : "agent-too-old");
  }
}

TEST_F(OrderLoginsTest, WhoIsHelpedIsNamedInTheOrderTheListAndTheAudit) {
  Machine machine = Make("t1", Group("A"));
  Connect(machine);
  Say(machine, v1::LOGINS_MODE_ENFORCE, {{"花子", 1}});
  const absl::StatusOr<v1::IssuedOrder> lifted =
      Lift("t1", "花子", Caller("taro", v1::ROLE_HELPDESK), "本人確認済み");
  ASSERT_TRUE(lifted.ok()) << lifted.status() << ": also when she is not known to be locked";
  EXPECT_TRUE(lifted->has_sent_at());
  EXPECT_EQ(lifted->kind(), v1::ORDER_KIND_LIFT_LOGIN_LOCK);
  const absl::StatusOr<v1::IssuedOrder> reset = Reset("t1", "花子", Admin(), "紛失");
  ASSERT_TRUE(reset.ok()) << reset.status();
  const std::vector<v1::Order> sent = Sent(machine);
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_EQ(sent[0].lift_login_lock().person(), "花子");
  EXPECT_EQ(sent[0].ordered_by(), "taro");
  EXPECT_EQ(sent[1].remove_factors().person(), "花子");
  EXPECT_EQ(sent[1].reason(), "紛失");
  EXPECT_EQ(Order("t1", 2).kind(), v1::ORDER_KIND_REMOVE_FACTORS);
  EXPECT_EQ(Order("t1", 2).order().remove_factors().person(), "花子");
  EXPECT_EQ(std::ranges::count(Audited(), "LiftLoginLock t1: 花子: 本人確認済み"), 1);
  EXPECT_EQ(std::ranges::count(Audited(), "RemoveFactors t1: 花子: 紛失"), 1);
}

TEST_F(OrderLoginsTest, NothingIsOrderedWithoutSayingWhyAndWhoAndWhat) {
  Machine machine = Make("t1", Group("A"));
  Say(machine, v1::LOGINS_MODE_OBSERVE, {{"hanako", 1}});
  v1::SetLoginsModeRequest request = Enforcing("t1");
  request.set_reason(" ");
  EXPECT_TRUE(absl::IsInvalidArgument(orders().SetLoginsMode(Admin(), request).status()));
  request = Enforcing("t1");
  request.mutable_what()->set_mode(v1::LOGINS_MODE_UNSPECIFIED);
  EXPECT_TRUE(absl::IsInvalidArgument(orders().SetLoginsMode(Admin(), request).status()));
  request = Enforcing("t1");
  request.set_group_id("A");
  EXPECT_TRUE(absl::IsInvalidArgument(orders().SetLoginsMode(Admin(), request).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(Lift("t1", "hanako", Admin(), "").status()));
  EXPECT_TRUE(absl::IsInvalidArgument(Lift("t1", " ", Admin(), "x").status()));
  EXPECT_TRUE(absl::IsInvalidArgument(Reset("t1", "hanako", Admin(), "\t").status()));
  EXPECT_TRUE(absl::IsInvalidArgument(Reset("t1", "", Admin(), "x").status()));
  EXPECT_TRUE(absl::IsNotFound(Lift("t1", "taro", Admin(), "x").status()));
  EXPECT_TRUE(absl::IsNotFound(Reset("t1", "taro", Admin(), "x").status()));
  EXPECT_TRUE(orders().ListOrders(Admin(), {})->orders().empty());
}

TEST_F(OrderLoginsTest, OnlyAdminsDecideAndTheHelpdeskLiftsWithinItsGroup) {
  const store::Group a = Group("A");
  const store::Group b = Group("B");
  Machine machine = Make("t1", a);
  Say(machine, v1::LOGINS_MODE_OBSERVE, {{"hanako", 1}});
  const authz::Caller helpdesk = Caller("aki", v1::ROLE_HELPDESK, a.path);
  EXPECT_TRUE(absl::IsPermissionDenied(orders().SetLoginsMode(helpdesk, Enforcing("t1")).status()));
  EXPECT_TRUE(absl::IsPermissionDenied(Reset("t1", "hanako", helpdesk, "x").status()));
  EXPECT_TRUE(absl::IsPermissionDenied(
      Lift("t1", "hanako", Caller("aki", v1::ROLE_HELPDESK, b.path), "x").status()));
  EXPECT_TRUE(Lift("t1", "hanako", helpdesk, "x").ok());
}

}  // namespace
}  // namespace sekisho::console::service
