#include "tests/store_contract/contract_fixture.h"

namespace sekisho::console::store::testing {
namespace {

class RolesContract : public StoreContract {
 protected:
  std::size_t AuditRows() { return backend_->audit().ListAudit({{"org", ""}, 1000})->size(); }
  GrantRecord Grant(const std::string& id) {
    GrantRecord grant;
    grant.organisation_id = "org";
    grant.group_path = "/root/a/";
    grant.terminal_id = "t1";
    grant.claims.set_grant_id(id);
    grant.claims.mutable_expires_at()->set_seconds(1'900'000'000);
    grant.state = v1::GRANT_STATE_AWAITING_APPROVAL;
    grant.created_at = At(1);
    return grant;
  }
  PolicyRecord Draft(const std::string& group) {
    PolicyRecord draft;
    draft.organisation_id = "org";
    draft.group_id = group;
    draft.group_path = group == "root" ? "/root/" : "/root/" + group + "/";
    draft.published_at = At(1);
    return draft;
  }
  absl::StatusOr<PolicyRecord> Publish(const std::string& group) {
    return backend_->policies().Publish(
        Draft(group),
        [](const PolicyRecord& record) {
          return std::vector<PolicyStore::GroupBundle>{{record.group_path, "sealed"}};
        },
        Audit("policy"));
  }
  EnrolmentTokenRecord Token(std::uint32_t uses) {
    EnrolmentTokenRecord token;
    token.organisation_id = "org";
    token.token_id = "token";
    token.group_id = "a";
    token.group_path = "/root/a/";
    token.uses_left = uses;
    token.expires_at = At(100);
    return token;
  }
};
INSTANTIATE_TEST_SUITE_P(Every, RolesContract, ::testing::ValuesIn(AllBackends()),
                         [](const auto& param) { return param.param.name; });

TEST_P(RolesContract, AGrantAndItsAuditRowAreStoredTogetherOrNotAtAll) {
  ASSERT_TRUE(backend_->grants().CreateGrant(Grant("g1"), Audit("g1")).ok());
  const std::size_t before = AuditRows();
  EXPECT_FALSE(backend_->grants().CreateGrant(Grant("g1"), Audit("g1")).ok());
  EXPECT_EQ(AuditRows(), before);
}

TEST_P(RolesContract, OfTwoWhoChangeAGrantTheSecondIsToldSo) {
  ASSERT_TRUE(backend_->grants().CreateGrant(Grant("g1"), Audit("g1")).ok());
  GrantRecord issued = Grant("g1");
  issued.state = v1::GRANT_STATE_ISSUED;
  EXPECT_TRUE(
      backend_->grants().ChangeGrant(issued, v1::GRANT_STATE_AWAITING_APPROVAL, Audit("g1")).ok());
  EXPECT_TRUE(absl::IsAborted(
      backend_->grants().ChangeGrant(issued, v1::GRANT_STATE_AWAITING_APPROVAL, Audit("g1"))));
}

TEST_P(RolesContract, ARefusalOfASecondCopyDoesNotUndoAGrantThatRuns) {
  GrantRecord grant = Grant("g1");
  grant.state = v1::GRANT_STATE_ISSUED;
  ASSERT_TRUE(backend_->grants().CreateGrant(grant, Audit("g1")).ok());
  for (const v1::EventKind kind : {v1::EVENT_KIND_GRANT_ACCEPTED, v1::EVENT_KIND_GRANT_REFUSED}) {
    NewEvent event = Next(kind);
    event.event.set_grant_id("g1");
    Append({Finish(event.event)});
    EXPECT_EQ(backend_->grants().FindGrant("g1")->state, v1::GRANT_STATE_RUNNING);
  }
}

TEST_P(RolesContract, ATokenHasAsManyUsesAsItSays) {
  ASSERT_TRUE(backend_->tokens().CreateToken(Token(1), Audit("token")).ok());
  EXPECT_EQ(backend_->tokens()
                .EnrolWithToken("token", At(1), Terminal("t2", "a"), Audit("t2"))
                ->enrolment,
            1);
  EXPECT_TRUE(absl::IsFailedPrecondition(
      backend_->tokens()
          .EnrolWithToken("token", At(1), Terminal("t3", "a"), Audit("t3"))
          .status()));
  EXPECT_TRUE(absl::IsNotFound(backend_->terminals().FindTerminal("t3").status()));
}

TEST_P(RolesContract, ATokenThatIsOverOrRevokedEnrolsNobody) {
  ASSERT_TRUE(backend_->tokens().CreateToken(Token(5), Audit("token")).ok());
  EXPECT_FALSE(
      backend_->tokens().EnrolWithToken("token", At(100), Terminal("t2", "a"), Audit("t2")).ok());
  ASSERT_TRUE(backend_->tokens().RevokeToken("org", "token", Audit("token")).ok());
  EXPECT_FALSE(
      backend_->tokens().EnrolWithToken("token", At(1), Terminal("t2", "a"), Audit("t2")).ok());
}

TEST_P(RolesContract, AnotherEnrolmentKeepsTheEntryAndStartsItsChainAnew) {
  ASSERT_TRUE(backend_->tokens().CreateToken(Token(5), Audit("token")).ok());
  SkipTo(7);
  Append({Next(v1::EVENT_KIND_RESCAN)});
  ASSERT_TRUE(ChainBroken());
  ASSERT_TRUE(
      backend_->tokens().EnrolWithToken("token", At(2), Terminal("t1", "a"), Audit("t1")).ok());
  EXPECT_FALSE(ChainBroken());
  boot_ = "boot-2";
  sequence_ = 0;
  previous_ = std::string(32, '\0');
  Append({Next(v1::EVENT_KIND_ENROLLED)});
  EXPECT_FALSE(ChainBroken());
}

TEST_P(RolesContract, ATotpStepIsTakenOnceAndNeverAnEarlierOne) {
  OperatorRecord hanako;
  hanako.organisation_id = "org";
  hanako.name = "hanako";
  hanako.role = v1::ROLE_ADMIN;
  ASSERT_TRUE(backend_->operators().CreateOperator(hanako, Audit("hanako")).ok());
  EXPECT_TRUE(backend_->operators().TakeTotpStep("org", "hanako", 100).ok());
  EXPECT_TRUE(absl::IsAlreadyExists(backend_->operators().TakeTotpStep("org", "hanako", 100)));
  EXPECT_TRUE(absl::IsAlreadyExists(backend_->operators().TakeTotpStep("org", "hanako", 99)));
}

TEST_P(RolesContract, VersionsRiseAboveWhatAnyTerminalHasReported) {
  EXPECT_EQ(Publish("root")->version, 1u);
  v1::Status status;
  status.set_bundle_version(41);
  const ReportedStatus reported{"t1", status, At(1)};
  ASSERT_TRUE(backend_->events().Append({}, std::span<const ReportedStatus>(&reported, 1)).ok());
  EXPECT_EQ(Publish("root")->version, 42u);
  EXPECT_EQ(Publish("a")->version, 43u);
}

TEST_P(RolesContract, TheNearestGroupsPolicyHolds) {
  EXPECT_TRUE(absl::IsNotFound(backend_->policies().FindEffective("org", "/root/a/").status()));
  ASSERT_TRUE(Publish("root").ok());
  EXPECT_EQ(backend_->policies().FindEffective("org", "/root/a/")->version, 1u);
  ASSERT_TRUE(Publish("a").ok());
  ASSERT_TRUE(Publish("root").ok());
  EXPECT_EQ(backend_->policies().FindEffective("org", "/root/a/")->version, 2u);
  EXPECT_EQ(backend_->policies().FindEffective("org", "/root/b/")->version, 3u);
}

TEST_P(RolesContract, APublicationWhoseBundlesFailLeavesNothing) {
  absl::StatusOr<PolicyRecord> failed = backend_->policies().Publish(
      Draft("root"),
      [](const PolicyRecord&) -> absl::StatusOr<std::vector<PolicyStore::GroupBundle>> {
        return absl::InternalError("no key");
      },
      Audit("policy"));
  EXPECT_FALSE(failed.ok());
  EXPECT_TRUE(backend_->policies().ListPolicies({"org", ""})->empty());
  EXPECT_EQ(Publish("root")->version, 1u);
}

TEST_P(RolesContract, ATerminalIsNewlySilentOnceAndAgainAfterItSpoke) {
  EXPECT_EQ(backend_->terminals().ListNewlySilent(At(10))->size(), 1u);
  const TerminalRecord terminal = *backend_->terminals().FindTerminal("t1");
  ASSERT_TRUE(backend_->events()
                  .AppendConsoleEvent(terminal, v1::EVENT_KIND_TERMINAL_SILENT, {}, At(10))
                  .ok());
  EXPECT_TRUE(backend_->terminals().ListNewlySilent(At(20))->empty());
  const ReportedStatus reported{"t1", v1::Status(), At(30)};
  ASSERT_TRUE(backend_->events().Append({}, std::span<const ReportedStatus>(&reported, 1)).ok());
  EXPECT_TRUE(backend_->terminals().ListNewlySilent(At(30))->empty());
  EXPECT_EQ(backend_->terminals().ListNewlySilent(At(300))->size(), 1u);
}

}  // namespace
}  // namespace sekisho::console::store::testing
