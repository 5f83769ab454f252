#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <set>

#include "console/authz/authz.h"
#include "sekisho/v1/agent_service.pb.h"
#include "sekisho/v1/event_service.pb.h"
#include "sekisho/v1/grant_service.pb.h"
#include "sekisho/v1/history_service.pb.h"
#include "sekisho/v1/order_service.pb.h"
#include "sekisho/v1/parcel_service.pb.h"
#include "sekisho/v1/policy_service.pb.h"
#include "sekisho/v1/register_service.pb.h"
#include "sekisho/v1/session_service.pb.h"
#include "sekisho/v1/terminal_service.pb.h"

namespace sekisho::console::authz {
namespace {

constexpr v1::Role kRoles[] = {v1::ROLE_ADMIN, v1::ROLE_HELPDESK, v1::ROLE_AUDITOR,
                               v1::ROLE_INSTALLER};

// Every method of every service, as the protos themselves say.
std::set<std::string> AllMethods() {
  std::set<std::string> methods;
  for (const google::protobuf::FileDescriptor* file :
       {v1::EnrolRequest::descriptor()->file(), v1::SignInRequest::descriptor()->file(),
        v1::ListTerminalsRequest::descriptor()->file(),
        v1::CreateGrantRequest::descriptor()->file(), v1::CheckPolicyRequest::descriptor()->file(),
        v1::ListEventsRequest::descriptor()->file(), v1::SetModeRequest::descriptor()->file(),
        v1::CreateOperatorRequest::descriptor()->file(),
        v1::ReadHistoryRequest::descriptor()->file(), v1::ListMediaRequest::descriptor()->file(),
        v1::CarryParcelRequest::descriptor()->file()}) {
    for (int i = 0; i < file->service_count(); ++i) {
      for (int j = 0; j < file->service(i)->method_count(); ++j) {
        methods.insert(file->service(i)->full_name() + "/" + file->service(i)->method(j)->name());
      }
    }
  }
  return methods;
}

Caller CallerOf(v1::Role role, std::string path) {
  return {"org", "x", role, std::move(path), false};
}

TEST(AuthzTable, HasExactlyOneRowForEveryMethod) {
  std::multiset<std::string> rows;
  for (const Permission& row : Table()) rows.insert(std::string(row.method));
  for (const std::string& method : AllMethods()) EXPECT_EQ(rows.count(method), 1u) << method;
  EXPECT_EQ(rows.size(), AllMethods().size()) << "a row for a method that does not exist";
}

TEST(AuthzTable, LetsInTheRolesOfTheRowAndNobodyElseWithinTheCallersGroupsOnly) {
  for (const std::string& method : AllMethods()) {
    const Permission* row = Find(method);
    ASSERT_NE(row, nullptr) << method;
    for (const v1::Role role : kRoles) {
      const bool listed = row->door == Door::kOperator && (row->roles & (1u << role)) != 0;
      SCOPED_TRACE(method + " " + v1::Role_Name(role));
      EXPECT_EQ(AuthoriseMethod(CallerOf(role, ""), method).ok(), listed);
      EXPECT_EQ(Authorise(CallerOf(role, ""), method, "org", "/root/a/").ok(), listed);
      const bool organisation = row->reach == Reach::kOrganisation;
      EXPECT_EQ(Authorise(CallerOf(role, "/root/a/"), method, "org", "/root/a/").ok(),
                listed && !organisation);
      EXPECT_EQ(Authorise(CallerOf(role, "/root/a/"), method, "org", "/root/a/c/").ok(),
                listed && !organisation);
      EXPECT_FALSE(Authorise(CallerOf(role, "/root/a/"), method, "org", "/root/b/").ok());
      EXPECT_FALSE(Authorise(CallerOf(role, "/root/a/"), method, "org", "/root/").ok());
      EXPECT_FALSE(Authorise(CallerOf(role, ""), method, "other", "/root/a/").ok());
    }
    EXPECT_FALSE(AuthoriseMethod(CallerOf(v1::ROLE_UNSPECIFIED, ""), method).ok()) << method;
    EXPECT_FALSE(AuthoriseMethod(CallerOf(static_cast<v1::Role>(77), ""), method).ok()) << method;
  }
}

TEST(AuthzTable, TheDefaultIsNo) {
  EXPECT_FALSE(AuthoriseMethod(CallerOf(v1::ROLE_ADMIN, ""), "sekisho.v1.GrantService/Else").ok());
}

// What a person could argue about, said once more by hand.
TEST(AuthzTable, HelpdeskGrantsButDoesNotPublishAndAuditorsOnlyRead) {
  const auto may = [](v1::Role role, const char* method) {
    return AuthoriseMethod(CallerOf(role, ""), std::string("sekisho.v1.") + method).ok();
  };
  EXPECT_TRUE(may(v1::ROLE_HELPDESK, "GrantService/CreateGrant"));
  EXPECT_FALSE(may(v1::ROLE_HELPDESK, "PolicyService/PublishPolicy"));
  EXPECT_FALSE(may(v1::ROLE_HELPDESK, "TerminalService/CreateEnrolmentToken"));
  EXPECT_TRUE(may(v1::ROLE_HELPDESK, "OrderService/AdoptDevice"));
  EXPECT_FALSE(may(v1::ROLE_HELPDESK, "OrderService/SetMode"));
  EXPECT_FALSE(may(v1::ROLE_HELPDESK, "OrderService/ReleaseTerminal"));
  EXPECT_FALSE(may(v1::ROLE_HELPDESK, "OrderService/SetLoginsMode"));
  EXPECT_TRUE(may(v1::ROLE_HELPDESK, "OrderService/LiftLoginLock"));
  EXPECT_FALSE(may(v1::ROLE_HELPDESK, "OrderService/RemoveFactors"));
  EXPECT_FALSE(may(v1::ROLE_INSTALLER, "OrderService/LiftLoginLock"));
  EXPECT_FALSE(may(v1::ROLE_AUDITOR, "OrderService/ConfirmTrial"));
  EXPECT_TRUE(may(v1::ROLE_INSTALLER, "OrderService/ConfirmTrial"));
  EXPECT_FALSE(may(v1::ROLE_INSTALLER, "OrderService/SetMode"));
  EXPECT_TRUE(may(v1::ROLE_AUDITOR, "EventService/ListEvents"));
  EXPECT_FALSE(may(v1::ROLE_AUDITOR, "GrantService/CreateGrant"));
  EXPECT_FALSE(may(v1::ROLE_INSTALLER, "EventService/ListEvents"));
  EXPECT_TRUE(may(v1::ROLE_INSTALLER, "TerminalService/CreateEnrolmentToken"));
  EXPECT_FALSE(may(v1::ROLE_INSTALLER, "TerminalService/RevokeTerminal"));
}

}  // namespace
}  // namespace sekisho::console::authz
