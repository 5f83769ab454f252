#include "console/authz/authz.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace sekisho::console::authz {
namespace {

constexpr unsigned kAdmin = 1u << v1::ROLE_ADMIN;
constexpr unsigned kHelpdesk = 1u << v1::ROLE_HELPDESK;
constexpr unsigned kAuditor = 1u << v1::ROLE_AUDITOR;
constexpr unsigned kInstaller = 1u << v1::ROLE_INSTALLER;
constexpr unsigned kReaders = kAdmin | kHelpdesk | kAuditor;
constexpr unsigned kEveryone = kAdmin | kHelpdesk | kAuditor | kInstaller;

constexpr Permission kTable[] = {
    {"sekisho.v1.EnrolmentService/GetTrustAnchor", Door::kAnyone, Reach::kSelf, 0},
    {"sekisho.v1.EnrolmentService/Enrol", Door::kAnyone, Reach::kSelf, 0},
    {"sekisho.v1.AgentService/RenewCertificate", Door::kTerminal, Reach::kSelf, 0},
    {"sekisho.v1.AgentService/Connect", Door::kTerminal, Reach::kSelf, 0},

    {"sekisho.v1.SessionService/SignIn", Door::kAnyone, Reach::kSelf, 0},
    {"sekisho.v1.SessionService/SignOut", Door::kOperator, Reach::kSelf, kEveryone},
    {"sekisho.v1.SessionService/WhoAmI", Door::kOperator, Reach::kSelf, kEveryone},

    {"sekisho.v1.TerminalService/ListTerminals", Door::kOperator, Reach::kSubtree, kEveryone},
    {"sekisho.v1.TerminalService/GetTerminal", Door::kOperator, Reach::kSubtree, kEveryone},
    {"sekisho.v1.TerminalService/RevokeTerminal", Door::kOperator, Reach::kSubtree, kAdmin},
    {"sekisho.v1.TerminalService/ExpectTerminal", Door::kOperator, Reach::kSubtree,
     kAdmin | kInstaller},
    {"sekisho.v1.TerminalService/CreateEnrolmentToken", Door::kOperator, Reach::kSubtree,
     kAdmin | kInstaller},
    {"sekisho.v1.TerminalService/ListEnrolmentTokens", Door::kOperator, Reach::kSubtree,
     kAdmin | kInstaller | kAuditor},
    {"sekisho.v1.TerminalService/RevokeEnrolmentToken", Door::kOperator, Reach::kSubtree,
     kAdmin | kInstaller},

    {"sekisho.v1.GrantService/ListRequests", Door::kOperator, Reach::kSubtree, kReaders},
    {"sekisho.v1.GrantService/DenyRequest", Door::kOperator, Reach::kSubtree, kAdmin | kHelpdesk},
    {"sekisho.v1.GrantService/CreateGrant", Door::kOperator, Reach::kSubtree, kAdmin | kHelpdesk},
    {"sekisho.v1.GrantService/ApproveGrant", Door::kOperator, Reach::kSubtree, kAdmin | kHelpdesk},
    {"sekisho.v1.GrantService/RevokeGrant", Door::kOperator, Reach::kSubtree, kAdmin | kHelpdesk},
    {"sekisho.v1.GrantService/ListGrants", Door::kOperator, Reach::kSubtree, kReaders},

    {"sekisho.v1.OrderService/SetMode", Door::kOperator, Reach::kSubtree, kAdmin},
    {"sekisho.v1.OrderService/ConfirmTrial", Door::kOperator, Reach::kSubtree, kAdmin | kInstaller},
    {"sekisho.v1.OrderService/ListWouldBeBlocked", Door::kOperator, Reach::kSubtree, kEveryone},
    {"sekisho.v1.OrderService/AdoptDevice", Door::kOperator, Reach::kSubtree, kAdmin | kHelpdesk},
    {"sekisho.v1.OrderService/AbandonDevice", Door::kOperator, Reach::kSubtree, kAdmin | kHelpdesk},
    {"sekisho.v1.OrderService/ReleaseTerminal", Door::kOperator, Reach::kSubtree, kAdmin},
    {"sekisho.v1.OrderService/SetLoginsMode", Door::kOperator, Reach::kSubtree, kAdmin},
    {"sekisho.v1.OrderService/LiftLoginLock", Door::kOperator, Reach::kSubtree, kAdmin | kHelpdesk},
    {"sekisho.v1.OrderService/RemoveFactors", Door::kOperator, Reach::kSubtree, kAdmin},
    {"sekisho.v1.OrderService/ListOrders", Door::kOperator, Reach::kSubtree, kEveryone},
    {"sekisho.v1.OrderService/CancelOrder", Door::kOperator, Reach::kSubtree, kAdmin},

    {"sekisho.v1.PolicyService/CheckPolicy", Door::kOperator, Reach::kSelf, kAdmin | kAuditor},
    {"sekisho.v1.PolicyService/DiffPolicy", Door::kOperator, Reach::kSubtree, kAdmin | kAuditor},
    {"sekisho.v1.PolicyService/SimulatePolicy", Door::kOperator, Reach::kSubtree,
     kAdmin | kAuditor},
    {"sekisho.v1.PolicyService/PublishPolicy", Door::kOperator, Reach::kSubtree, kAdmin},
    {"sekisho.v1.PolicyService/RollbackPolicy", Door::kOperator, Reach::kSubtree, kAdmin},
    {"sekisho.v1.PolicyService/GetPolicy", Door::kOperator, Reach::kSubtree, kReaders},
    {"sekisho.v1.PolicyService/ListPolicies", Door::kOperator, Reach::kSubtree, kReaders},

    {"sekisho.v1.EventService/ListEvents", Door::kOperator, Reach::kSubtree, kReaders},
    {"sekisho.v1.EventService/WatchEvents", Door::kOperator, Reach::kSubtree, kReaders},

    // Both chains are the organisation's; a part of them proves nothing.
    {"sekisho.v1.HistoryService/ReadHistory", Door::kOperator, Reach::kOrganisation,
     kAdmin | kAuditor},
    {"sekisho.v1.HistoryService/ReadAudit", Door::kOperator, Reach::kOrganisation,
     kAdmin | kAuditor},
    {"sekisho.v1.HistoryService/GetAnchor", Door::kOperator, Reach::kOrganisation,
     kAdmin | kAuditor},
    {"sekisho.v1.HistoryService/ErasePerson", Door::kOperator, Reach::kOrganisation, kAdmin},

    {"sekisho.v1.RegisterService/ListMedia", Door::kOperator, Reach::kSubtree, kReaders},
    {"sekisho.v1.RegisterService/GetMedium", Door::kOperator, Reach::kSubtree, kReaders},
    {"sekisho.v1.RegisterService/PutMedium", Door::kOperator, Reach::kSubtree, kAdmin},
    {"sekisho.v1.RegisterService/IssueMedium", Door::kOperator, Reach::kSubtree,
     kAdmin | kHelpdesk},
    {"sekisho.v1.RegisterService/ReturnMedium", Door::kOperator, Reach::kSubtree,
     kAdmin | kHelpdesk},
    {"sekisho.v1.RegisterService/LoseMedium", Door::kOperator, Reach::kSubtree, kAdmin | kHelpdesk},
    {"sekisho.v1.RegisterService/RetireMedium", Door::kOperator, Reach::kSubtree, kAdmin},
    {"sekisho.v1.RegisterService/ImportMedia", Door::kOperator, Reach::kSubtree, kAdmin},
    {"sekisho.v1.RegisterService/ExportMedia", Door::kOperator, Reach::kSubtree, kAdmin | kAuditor},

    {"sekisho.v1.ParcelService/CarryParcel", Door::kOperator, Reach::kSubtree,
     kAdmin | kHelpdesk | kInstaller},

    {"sekisho.v1.OperatorService/CreateOperator", Door::kOperator, Reach::kSubtree, kAdmin},
    {"sekisho.v1.OperatorService/ListOperators", Door::kOperator, Reach::kSubtree,
     kAdmin | kAuditor},
    {"sekisho.v1.OperatorService/DisableOperator", Door::kOperator, Reach::kSubtree, kAdmin},
    {"sekisho.v1.OperatorService/CreateRobotToken", Door::kOperator, Reach::kSubtree, kAdmin},
    {"sekisho.v1.OperatorService/RevokeRobotToken", Door::kOperator, Reach::kSubtree, kAdmin},
    {"sekisho.v1.OperatorService/CreateGroup", Door::kOperator, Reach::kSubtree, kAdmin},
    {"sekisho.v1.OperatorService/ListGroups", Door::kOperator, Reach::kSubtree, kEveryone},
};

const char* NameOf(v1::Role role) {
  switch (role) {
    case v1::ROLE_ADMIN:
      return "admin";
    case v1::ROLE_HELPDESK:
      return "helpdesk";
    case v1::ROLE_AUDITOR:
      return "auditor";
    case v1::ROLE_INSTALLER:
      return "installer";
    case v1::ROLE_UNSPECIFIED:
    case v1::Role_INT_MIN_SENTINEL_DO_NOT_USE_:
    case v1::Role_INT_MAX_SENTINEL_DO_NOT_USE_:
      break;
  }
  return "no role";
}

bool Holds(unsigned roles, v1::Role role) {
  return role > v1::ROLE_UNSPECIFIED && role <= v1::ROLE_INSTALLER && (roles & (1u << role)) != 0;
}

std::string NamesOf(unsigned roles) {
  std::vector<std::string> names;
  for (const v1::Role role :
       {v1::ROLE_ADMIN, v1::ROLE_HELPDESK, v1::ROLE_AUDITOR, v1::ROLE_INSTALLER}) {
    if (Holds(roles, role)) names.push_back(NameOf(role));
  }
  return absl::StrJoin(names, " or ");
}

}  // namespace

std::span<const Permission> Table() { return kTable; }

const Permission* Find(std::string_view method) {
  for (const Permission& permission : kTable) {
    if (permission.method == method) return &permission;
  }
  return nullptr;
}

absl::Status AuthoriseMethod(const Caller& caller, std::string_view method) {
  const Permission* permission = Find(method);
  if (permission == nullptr || permission->door != Door::kOperator) {
    return absl::PermissionDeniedError("no operator may do this");
  }
  if (!Holds(permission->roles, caller.role)) {
    return absl::PermissionDeniedError(absl::StrCat(
        "your role (", NameOf(caller.role), ") may not do this: ask ", NamesOf(permission->roles)));
  }
  if (permission->reach == Reach::kOrganisation && !caller.group_path.empty()) {
    return absl::PermissionDeniedError(
        "this concerns the whole organisation, your role holds in one group only: ask an admin of "
        "the organisation");
  }
  return absl::OkStatus();
}

absl::Status Authorise(const Caller& caller, std::string_view method,
                       const std::string& organisation_id, const std::string& group_path) {
  if (absl::Status status = AuthoriseMethod(caller, method); !status.ok()) return status;
  if (organisation_id != caller.organisation_id)
    return absl::NotFoundError("there is no such thing");
  if (group_path.rfind(caller.group_path, 0) != 0) {
    return absl::PermissionDeniedError(
        "this belongs to a group outside yours: ask an admin of that group or above it");
  }
  return absl::OkStatus();
}

}  // namespace sekisho::console::authz
