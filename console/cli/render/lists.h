#ifndef SEKISHO_CONSOLE_CLI_RENDER_LISTS_H_
#define SEKISHO_CONSOLE_CLI_RENDER_LISTS_H_

#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "console/cli/texts/text.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "sekisho/v1/grant_service.pb.h"
#include "sekisho/v1/operator_service.pb.h"
#include "sekisho/v1/order_service.pb.h"
#include "sekisho/v1/policy_service.pb.h"
#include "sekisho/v1/register_service.pb.h"
#include "sekisho/v1/session_service.pb.h"
#include "sekisho/v1/terminal_service.pb.h"

// Pure: messages to the tables and sheets that people read.
namespace sekisho::console::cli {

struct Style {
  Language language = Language::kEnglish;
  absl::TimeZone zone;
  absl::Time now;
};

// Group id → path ("本庁/税務課"). A parent that is missing, or a loop, ends the path there.
using GroupPaths = std::map<std::string, std::string>;
GroupPaths PathsOf(const google::protobuf::RepeatedPtrField<v1::Group>& groups);

std::string WriteTerminals(const std::vector<v1::Terminal>& terminals, const GroupPaths& groups,
                           const Style& style);
std::string WriteTerminal(const v1::Terminal& terminal, const GroupPaths& groups,
                          const Style& style);
// "protected", or "NOT PROTECTED: silent, old policy".
std::string WriteProtection(const v1::Terminal& terminal, Language language);

// "observe", "observe (enforce: waits for its restart)"; empty before the first status.
std::string WriteMode(const v1::Terminal& terminal, Language language);

// "enforce, after a trial of 15m", "adopt: Keyboard K120 046d:c31c (keyboard)", "lift the login
// lock: hanako".
std::string DescribeOrder(const v1::IssuedOrder& order, Language language);
// What happens, on how many terminals, and on which (the first few); below it who lacks a second
// factor.
std::string WriteOutcomes(const google::protobuf::RepeatedPtrField<v1::TerminalOutcome>& terminals,
                          const Style& style);
// The people of outcomes that lack a second factor, by terminal; empty when there are none.
std::string WriteWithoutFactor(
    const google::protobuf::RepeatedPtrField<v1::TerminalOutcome>& terminals, const Style& style);
std::string WriteOrders(const v1::ListOrdersResponse& orders, const Style& style);
std::string WriteWouldBeBlocked(const v1::ListWouldBeBlockedResponse& devices, const Style& style);

// Who can log in where, and below it the ways in on which one factor is enough. Terminals that have
// not said so are named with why; empty when there is nothing to say.
std::string WriteLogins(const std::vector<v1::Terminal>& terminals, const Style& style);
// What keeps them from being enforced: of each terminal only who has no second factor, and the
// terminals that have not said who there is.
std::vector<v1::Terminal> OnlyMissing(std::vector<v1::Terminal> terminals);

std::string WriteMedia(const v1::ListMediaResponse& media, const GroupPaths& groups,
                       const Style& style);
// One, and below it what became of it.
std::string WriteMedium(const v1::GetMediumResponse& answer, const GroupPaths& groups,
                        const Style& style);

std::string WriteTokens(const v1::ListEnrolmentTokensResponse& tokens, const GroupPaths& groups,
                        const Style& style);

std::string WriteRequests(const v1::ListRequestsResponse& requests, const Style& style);
std::string WriteRequest(const v1::ExceptionRequest& request, const Style& style);

std::string WriteGrants(const std::vector<v1::Grant>& grants, const Style& style);
std::string WriteGrant(const v1::Grant& grant, const Style& style);

// "本庁/税務課"; "(all)" for no group.
std::string ScopeOf(const std::string& group_id, const GroupPaths& groups, Language language);
std::string WriteOperators(const v1::ListOperatorsResponse& operators, const GroupPaths& groups,
                           const Style& style);
std::string WriteWhoAmI(const v1::WhoAmIResponse& who, const Style& style);
std::string WriteGroups(const v1::ListGroupsResponse& groups, const Style& style);

std::string WritePolicies(const v1::ListPoliciesResponse& policies, const GroupPaths& groups,
                          const Style& style);
// One a line: "~ rule sticks: action block → allow (looser)".
std::string WriteChanges(const google::protobuf::RepeatedPtrField<v1::PolicyChange>& changes,
                         Language language);
// All parts in one, its first `most` changes.
std::string WriteSimulation(const v1::SimulatePolicyResponse& all, int most, const Style& style);
// "policy.yaml:12:5: message" and, indented, what to write instead: what editors jump to.
std::string WriteProblems(const google::protobuf::RepeatedPtrField<v1::PolicyProblem>& problems,
                          const std::string& file, Language language);

}  // namespace sekisho::console::cli

#endif  // SEKISHO_CONSOLE_CLI_RENDER_LISTS_H_
