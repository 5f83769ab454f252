// Services on a real SQLite file, with the clock in the test's hand.

#include "sekisho/version.h"
#include "tests/unit/console/service/service_fixture.h"

namespace sekisho::console::service {
namespace {

TEST_F(ServiceTest, PasswordAndCodeTogetherSignIn) {
  absl::StatusOr<v1::SignInResponse> signed_in = SignIn(kPassword, Code());
  ASSERT_TRUE(signed_in.ok()) << signed_in.status();
  EXPECT_TRUE(sessions().Authenticate(signed_in->token()).ok());
  EXPECT_FALSE(sessions().Authenticate(signed_in->token() + "x").ok());
}

TEST_F(ServiceTest, OneFactorAloneDoesNotSignIn) {
  EXPECT_FALSE(SignIn("wrong horse battery", Code()).ok());
  const std::string code = Code();
  EXPECT_FALSE(SignIn(kPassword, code == "000000" ? "000001" : "000000").ok());
}

TEST_F(ServiceTest, ACodeIsGoodOnce) {
  ASSERT_TRUE(SignIn(kPassword, Code()).ok());
  EXPECT_TRUE(absl::IsUnauthenticated(SignIn(kPassword, Code()).status()));
  now_ += kTotpStep;
  EXPECT_TRUE(SignIn(kPassword, Code()).ok());
}

TEST_F(ServiceTest, GuessingIsSlowedDown) {
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(absl::IsUnauthenticated(SignIn("x", "1").status()));
  EXPECT_TRUE(absl::IsResourceExhausted(SignIn("x", "1").status()));
  now_ += std::chrono::minutes(1);
  EXPECT_TRUE(SignIn(kPassword, Code()).ok());
}

TEST_F(ServiceTest, ASessionEndsWhenIdleAndAtTheEndOfTheDay) {
  std::string token = SignIn(kPassword, Code())->token();
  now_ += kSessionIdle;
  EXPECT_FALSE(sessions().Authenticate(token).ok());
  token = SignIn(kPassword, Code())->token();
  const WallTime begin = now_;
  while (now_ - begin < kSessionLength) {
    ASSERT_TRUE(sessions().Authenticate(token).ok());
    now_ += std::chrono::minutes(10);
  }
  EXPECT_FALSE(sessions().Authenticate(token).ok());
}

TEST_F(ServiceTest, ADisabledOperatorsSessionsAreOver) {
  v1::CreateOperatorRequest create;
  create.set_name("taro");
  create.set_role(v1::ROLE_HELPDESK);
  create.set_password(kPassword);
  ASSERT_TRUE(console_->services().operators.CreateOperator(Admin(), create).ok());
  v1::SignInRequest request;
  request.set_name("taro");
  request.set_password(kPassword);
  request.set_totp(TotpCode(
      console_->store().operators().FindOperator(organisation_, "taro")->totp_secret, now_));
  const std::string token = sessions().SignIn(request)->token();
  ASSERT_TRUE(sessions().Authenticate(token).ok());
  v1::DisableOperatorRequest disable;
  disable.set_name("taro");
  ASSERT_TRUE(console_->services().operators.DisableOperator(Admin(), disable).ok());
  EXPECT_FALSE(sessions().Authenticate(token).ok());
  disable.set_name("hanako");
  EXPECT_FALSE(console_->services().operators.DisableOperator(Admin(), disable).ok());
}

TEST_F(ServiceTest, ARobotsTokenExpires) {
  v1::CreateRobotTokenRequest request;
  request.set_name("nightly");
  request.set_role(v1::ROLE_AUDITOR);
  request.set_lifetime_seconds(3600);
  const std::string token =
      console_->services().operators.CreateRobotToken(Admin(), request)->token();
  EXPECT_EQ(sessions().Authenticate(token)->caller.role, v1::ROLE_AUDITOR);
  now_ += std::chrono::minutes(59);
  EXPECT_TRUE(sessions().Authenticate(token).ok()) << "robots may be idle";
  now_ += std::chrono::minutes(1);
  EXPECT_FALSE(sessions().Authenticate(token).ok());
}

TEST_F(ServiceTest, HelpdeskGrantsFifteenMinutesAndAdminsEightHours) {
  Terminal("t1", Group("A"));
  const authz::Caller helpdesk = Caller("taro", v1::ROLE_HELPDESK);
  EXPECT_TRUE(absl::IsPermissionDenied(grants().CreateGrant(helpdesk, GrantFor(901)).status()));
  EXPECT_TRUE(absl::IsPermissionDenied(grants().CreateGrant(Admin(), GrantFor(28'801)).status()));
  EXPECT_TRUE(absl::IsPermissionDenied(
      grants().CreateGrant(Caller("aki", v1::ROLE_AUDITOR), GrantFor(60)).status()));
  EXPECT_TRUE(grants().CreateGrant(helpdesk, GrantFor(900)).ok());
}

TEST_F(ServiceTest, AGrantNeedsReasonTicketAndLength) {
  Terminal("t1", Group("A"));
  v1::CreateGrantRequest request = GrantFor(60);
  request.set_reason("  ");
  EXPECT_TRUE(absl::IsInvalidArgument(grants().CreateGrant(Admin(), request).status()));
  request = GrantFor(60);
  request.clear_ticket();
  EXPECT_TRUE(absl::IsInvalidArgument(grants().CreateGrant(Admin(), request).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(grants().CreateGrant(Admin(), GrantFor(0)).status()));
  request = GrantFor(60);
  request.set_action(v1::ACTION_BLOCK);
  EXPECT_TRUE(absl::IsInvalidArgument(grants().CreateGrant(Admin(), request).status()));
}

TEST_F(ServiceTest, HowMuchMayBeWrittenIsBoundedByThePolicyAndSigned) {
  const store::Group group = Group("A");
  const store::TerminalRecord terminal = Terminal("t1", group);
  const auto asked = [](std::uint64_t bytes) {
    v1::CreateGrantRequest request;
    request.set_terminal("t1");
    request.set_fingerprint(std::string(32, 'f'));
    request.set_action(v1::ACTION_ALLOW);
    request.set_seconds(60);
    request.set_reason("提出");
    request.set_ticket("17");
    request.set_max_written_bytes(bytes);
    return request;
  };
  const auto granted = [&](std::uint64_t bytes) {
    const absl::StatusOr<v1::CreateGrantResponse> made =
        grants().CreateGrant(Admin(), asked(bytes));
    EXPECT_TRUE(made.ok()) << made.status();
    return made.ok() ? made->grant().claims().max_written_bytes() : 0;
  };
  EXPECT_EQ(granted(0), 0u) << "no bound where the policy has none";
  EXPECT_EQ(granted(5'000'000), 5'000'000u);
  v1::PublishPolicyRequest publish;
  publish.set_group_id(group.group_id);
  publish.set_yaml("zone: z\nrules: []\nexceptions: {admin: 8h, max_volume: 100MB}\n");
  ASSERT_TRUE(console_->services().policies.PublishPolicy(Admin(), publish)->problems().empty());
  EXPECT_EQ(granted(0), 100'000'000u) << "what the policy allows at most";
  EXPECT_TRUE(absl::IsPermissionDenied(grants().CreateGrant(Admin(), asked(100'000'001)).status()));
  v1::CreateGrantRequest reading = asked(1);
  reading.set_action(v1::ACTION_READ_ONLY);
  EXPECT_TRUE(absl::IsInvalidArgument(grants().CreateGrant(Admin(), reading).status()));
  reading.clear_max_written_bytes();
  EXPECT_TRUE(grants().CreateGrant(Admin(), reading).ok()) << "nothing is written under it";

  // An agent of before, connected: it is not sent what it would refuse.
  v1::Hello hello;
  hello.set_oldest_protocol(1);
  hello.set_newest_protocol(1);
  hello.set_agent_version("0.1.0");
  hello.add_features("grants");
  const auto session = console_->services().agents.Open(
      {organisation_, terminal.terminal_id, terminal.enrolment}, std::make_shared<QuietLink>());
  ASSERT_TRUE(session.ok()) << session.status();
  ASSERT_TRUE((*session)->Greet(hello).ok());
  const absl::Status old = grants().CreateGrant(Admin(), asked(1'000'000)).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(old)) << old;
}

TEST_F(ServiceTest, TheDeadlineIsTheTerminalsClockPlusTheTimeThatPassedHere) {
  Terminal("t1", Group("A"));
  now_ += std::chrono::seconds(40);
  const v1::GrantClaims claims = grants().CreateGrant(Admin(), GrantFor(60))->grant().claims();
  EXPECT_EQ(claims.boot_id(), kBoot);
  EXPECT_EQ(claims.deadline_boottime_ns(), 1'000'000'000'000u + 100'000'000'000u);
  EXPECT_EQ(contract::ToCore(claims.expires_at()), now_ + std::chrono::seconds(60));
}

TEST_F(ServiceTest, TwoTerminalsWithTheSameNumberAreAskedApart) {
  const store::Group group = Group("A");
  Terminal("t1", group);
  Terminal("t2", group);
  absl::Status status = grants().CreateGrant(Admin(), GrantFor(60)).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_NE(status.message().find("--terminal"), std::string::npos);
  v1::CreateGrantRequest request = GrantFor(60);
  request.set_terminal("t2");
  EXPECT_EQ(grants().CreateGrant(Admin(), request)->grant().terminal_name(), "t2");
}

TEST_F(ServiceTest, WhoAsksDoesNotApproveWherePolicyWantsTwo) {  // R37
  const store::Group group = Group("A");
  Terminal("t1", group);
  PublishWithApprover(group);
  const authz::Caller taro = Caller("taro", v1::ROLE_HELPDESK);
  const v1::Grant asked = grants().CreateGrant(taro, GrantFor(60))->grant();
  EXPECT_EQ(asked.state(), v1::GRANT_STATE_AWAITING_APPROVAL);
  v1::ApproveGrantRequest approve;
  approve.set_grant_id(asked.claims().grant_id());
  EXPECT_TRUE(absl::IsPermissionDenied(grants().ApproveGrant(taro, approve).status()));
  const absl::StatusOr<v1::ApproveGrantResponse> approved =
      grants().ApproveGrant(Caller("jiro", v1::ROLE_HELPDESK), approve);
  ASSERT_TRUE(approved.ok()) << approved.status();
  EXPECT_EQ(approved->grant().state(), v1::GRANT_STATE_ISSUED);
  EXPECT_EQ(approved->grant().claims().approved_by(), "jiro");
  // Refused before another is signed; the store would refuse it, too, but later.
  EXPECT_TRUE(absl::IsFailedPrecondition(grants().ApproveGrant(Admin(), approve).status()))
      << "only once";
}

TEST_F(ServiceTest, AnotherGroupsThingsAreOutOfReach) {
  const store::Group a = Group("A");
  const store::Group b = Group("B");
  Terminal("t1", a);
  const authz::Caller of_b = Caller("taro", v1::ROLE_ADMIN, b.path);
  EXPECT_FALSE(grants().CreateGrant(of_b, GrantFor(60)).ok());
  v1::GetTerminalRequest get;
  get.set_terminal("t1");
  EXPECT_FALSE(console_->services().terminals.GetTerminal(of_b, get).ok());
  EXPECT_TRUE(console_->services().terminals.ListTerminals(of_b, {})->terminals().empty());
  EXPECT_TRUE(console_->services().events.ListEvents(of_b, {})->events().empty());
  v1::CreateEnrolmentTokenRequest token;
  token.set_uses(1);
  token.set_lifetime_seconds(60);
  token.set_group_id(a.group_id);
  EXPECT_FALSE(console_->services().terminals.CreateEnrolmentToken(of_b, token).ok());
  v1::PublishPolicyRequest publish;
  publish.set_group_id(a.group_id);
  publish.set_yaml("zone: z\nrules: []\n");
  EXPECT_FALSE(console_->services().policies.PublishPolicy(of_b, publish).ok());
  // An admin of B cannot make an admin of everything.
  v1::CreateOperatorRequest create;
  create.set_name("boss");
  create.set_role(v1::ROLE_ADMIN);
  create.set_password(kPassword);
  absl::StatusOr<v1::CreateOperatorResponse> made =
      console_->services().operators.CreateOperator(of_b, create);
  ASSERT_TRUE(made.ok());
  EXPECT_EQ(made->operator_().group_id(), b.group_id);
}

TEST_F(ServiceTest, ARollbackIsANewerVersionOfTheOldContent) {
  const store::Group group = Group("A");
  PublishWithApprover(group);  // version 2
  v1::RollbackPolicyRequest request;
  request.set_to_version(2);
  request.set_group_id("A");
  absl::StatusOr<v1::RollbackPolicyResponse> rolled =
      console_->services().policies.RollbackPolicy(Admin(), request);
  ASSERT_TRUE(rolled.ok()) << rolled.status();
  EXPECT_EQ(rolled->policy().version(), 3u);
  EXPECT_EQ(rolled->policy().content_of_version(), 2u);
}

TEST_F(ServiceTest, AStreamOnWhichNoStatusComesIsClosed) {
  const store::TerminalRecord terminal = Terminal("t1", Group("A"));
  AgentService& agents = console_->services().agents;
  const auto link = std::make_shared<QuietLink>();
  v1::Hello hello;
  hello.set_oldest_protocol(1);
  hello.set_newest_protocol(1);
  hello.set_agent_version("0.1.0");
  const absl::StatusOr<std::shared_ptr<AgentSession>> session =
      agents.Open({organisation_, terminal.terminal_id, terminal.enrolment}, link);
  ASSERT_TRUE(session.ok()) << session.status();
  ASSERT_TRUE((*session)->Greet(hello).ok());
  now_ += contract::kBeaconStale - std::chrono::seconds(1);
  ASSERT_TRUE(agents.NoteSilent().ok());
  EXPECT_TRUE(link->closed.ok());
  now_ += std::chrono::seconds(1);
  ASSERT_TRUE(agents.NoteSilent().ok());
  EXPECT_TRUE(absl::IsUnavailable(link->closed));
}

TEST_F(ServiceTest, ATerminalThatIsRevokedBetweenItsConnectionAndItsHelloIsNotLetIn) {
  const store::TerminalRecord terminal = Terminal("t1", Group("A"));
  AgentService& agents = console_->services().agents;
  const pki::TerminalIdentity identity{organisation_, terminal.terminal_id, terminal.enrolment};
  const auto early = std::make_shared<QuietLink>();
  const auto late = std::make_shared<QuietLink>();
  v1::Hello hello;
  hello.set_oldest_protocol(1);
  hello.set_newest_protocol(1);
  hello.set_agent_version("0.1.0");
  const absl::StatusOr<std::shared_ptr<AgentSession>> greeted = agents.Open(identity, early);
  const absl::StatusOr<std::shared_ptr<AgentSession>> opened = agents.Open(identity, late);
  ASSERT_TRUE(greeted.ok() && opened.ok());
  ASSERT_TRUE((*greeted)->Greet(hello).ok());
  v1::RevokeTerminalRequest revoke;
  revoke.set_terminal("t1");
  revoke.set_reason("lost");
  ASSERT_TRUE(console_->services().terminals.RevokeTerminal(Admin(), revoke).ok());
  EXPECT_TRUE(absl::IsPermissionDenied(early->closed));
  EXPECT_TRUE(absl::IsPermissionDenied((*opened)->Greet(hello)));
  (*opened)->End();
  (*greeted)->End();
}

v1::Status Healthy() {
  v1::Status status;
  status.set_agent_version(SEKISHO_VERSION);
  status.set_bundle_version(2);
  v1::Probe& probe = *status.add_probes();
  probe.set_name("usb.new-device");
  probe.set_result(v1::PROBE_RESULT_HOLDS);
  return status;
}

TEST(Unprotected, IsEverythingThatWasNotTriedAndSeenToHold) {
  const auto reasons = [](v1::Status status, std::chrono::seconds age, bool broken = false) {
    return UnprotectedReasons({.state = v1::TERMINAL_STATE_ENROLLED,
                               .status = &status,
                               .age = age,
                               .newest_bundle = 2,
                               .chain_broken = broken});
  };
  using Reasons = std::vector<v1::Unprotected>;
  EXPECT_EQ(reasons(Healthy(), std::chrono::seconds(60)), Reasons{});
  EXPECT_EQ(reasons(Healthy(), std::chrono::seconds(181)), Reasons{v1::UNPROTECTED_SILENT});
  EXPECT_EQ(reasons(Healthy(), std::chrono::seconds(0), true),
            Reasons{v1::UNPROTECTED_CHAIN_BROKEN});
  v1::Status status = Healthy();
  status.set_bundle_version(1);
  EXPECT_EQ(reasons(status, std::chrono::seconds(0)), Reasons{v1::UNPROTECTED_OUTDATED_BUNDLE});
  status.set_bundle_version(0);
  EXPECT_EQ(reasons(status, std::chrono::seconds(0)), Reasons{v1::UNPROTECTED_NO_BUNDLE});
  status = Healthy();
  status.mutable_probes(0)->set_result(v1::PROBE_RESULT_OPEN);
  EXPECT_EQ(reasons(status, std::chrono::seconds(0)), Reasons{v1::UNPROTECTED_PROBE_FAILED});
  status.mutable_probes(0)->set_result(v1::PROBE_RESULT_UNTRIED);
  EXPECT_EQ(reasons(status, std::chrono::seconds(0)), Reasons{v1::UNPROTECTED_PROBE_UNTRIED});
  status = Healthy();
  v1::Probe& guard = *status.add_probes();
  guard.set_name("disk.refused-medium");
  guard.set_result(v1::PROBE_RESULT_OPEN);
  EXPECT_EQ(reasons(status, std::chrono::seconds(0)), Reasons{v1::UNPROTECTED_NO_MEDIUM_GUARD});
  guard.set_result(v1::PROBE_RESULT_HOLDS);
  EXPECT_EQ(reasons(status, std::chrono::seconds(0)), Reasons{});
  status.clear_probes();
  EXPECT_EQ(reasons(status, std::chrono::seconds(0)), Reasons{v1::UNPROTECTED_PROBE_UNTRIED});
  status = Healthy();
  EXPECT_EQ(status.mode(), v1::MODE_UNSPECIFIED) << "an agent of before modes enforces";
  status.set_mode(v1::MODE_ENFORCE);
  EXPECT_EQ(reasons(status, std::chrono::seconds(0)), Reasons{});
  status.set_mode(v1::MODE_OBSERVE);
  EXPECT_EQ(reasons(status, std::chrono::seconds(0)), Reasons{v1::UNPROTECTED_OBSERVING});
  status.set_mode(v1::MODE_TRIAL);
  EXPECT_EQ(reasons(status, std::chrono::seconds(0)), Reasons{v1::UNPROTECTED_TRIAL});
  status.set_mode(v1::MODE_RESCUE);
  EXPECT_EQ(reasons(status, std::chrono::seconds(0)), Reasons{v1::UNPROTECTED_RESCUE});
  status = Healthy();
  status.set_agent_version("0.0.9");
  EXPECT_EQ(reasons(status, std::chrono::seconds(0)), Reasons{v1::UNPROTECTED_OUTDATED_AGENT});
  EXPECT_EQ(UnprotectedReasons(Sight{v1::TERMINAL_STATE_EXPECTED, nullptr, {}, 0, false}),
            Reasons{v1::UNPROTECTED_NEVER_ENROLLED});
  EXPECT_EQ(UnprotectedReasons(Sight{v1::TERMINAL_STATE_REVOKED, nullptr, {}, 0, false}),
            Reasons{v1::UNPROTECTED_REVOKED});
}

}  // namespace
}  // namespace sekisho::console::service
