#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "console/cli/render/describe.h"
#include "console/cli/render/lists.h"
#include "console/cli/render/table.h"
#include "console/cli/texts/headings.h"
#include "console/cli/texts/names.h"
#include "console/cli/time_span.h"

namespace sekisho::console::cli {
namespace {

std::string GroupOf(const std::string& group_id, const GroupPaths& groups) {
  const auto found = groups.find(group_id);
  return found == groups.end() ? ShortId(group_id) : found->second;
}

std::string PolicyOf(const v1::Terminal& terminal, Language language) {
  const std::uint64_t applied = terminal.status().bundle_version();
  if (applied == terminal.newest_bundle_version()) {
    return applied == 0 ? "" : absl::StrCat(applied);
  }
  return Fill(headings::kPolicyOf.In(language),
              {{"applied", absl::StrCat(applied)},
               {"newest", absl::StrCat(terminal.newest_bundle_version())}});
}

std::string TokenState(const v1::EnrolmentTokenInfo& token, const Style& style) {
  if (token.revoked()) return std::string(headings::kRevoked.In(style.language));
  if (FromProto(token.expires_at()) <= style.now) {
    return std::string(headings::kExpired.In(style.language));
  }
  if (token.uses_left() == 0) return std::string(headings::kUsedUp.In(style.language));
  return std::string(headings::kActive.In(style.language));
}

}  // namespace

std::string WriteProtection(const v1::Terminal& terminal, Language language) {
  if (terminal.unprotected().empty()) return std::string(headings::kProtected.In(language));
  std::vector<std::string> reasons;
  for (const int reason : terminal.unprotected()) {
    reasons.push_back(NameOf(static_cast<v1::Unprotected>(reason), language));
  }
  return Fill(headings::kNotProtected.In(language),
              {{"reasons", absl::StrJoin(reasons, CommaOf(language))}});
}

std::string WriteTerminals(const std::vector<v1::Terminal>& terminals, const GroupPaths& groups,
                           const Style& style) {
  const auto heading = [&style](const Text& text) { return std::string(text.In(style.language)); };
  Table table({heading(headings::kTerminal), heading(headings::kGroup), heading(headings::kState),
               heading(headings::kLastHeard), heading(headings::kPolicy),
               heading(headings::kTerminalMode), heading(headings::kProtection)});
  for (const v1::Terminal& terminal : terminals) {
    table.Add({terminal.name(), GroupOf(terminal.group_id(), groups),
               NameOf(terminal.state(), style.language),
               WriteMoment(terminal.last_status_at(), style.zone),
               PolicyOf(terminal, style.language), WriteMode(terminal, style.language),
               WriteProtection(terminal, style.language)});
  }
  return table.Write();
}

std::string WriteTerminal(const v1::Terminal& terminal, const GroupPaths& groups,
                          const Style& style) {
  const auto heading = [&style](const Text& text) { return std::string(text.In(style.language)); };
  const v1::Status& status = terminal.status();
  std::vector<std::string> running;
  for (const std::string& id : status.running_grant_ids()) running.push_back(ShortId(id));
  std::string out = WriteFields(
      {{heading(headings::kTerminal), terminal.name()},
       {heading(headings::kId), terminal.terminal_id()},
       {heading(headings::kGroup), GroupOf(terminal.group_id(), groups)},
       {heading(headings::kState), NameOf(terminal.state(), style.language)},
       {heading(headings::kProtection), WriteProtection(terminal, style.language)},
       {heading(headings::kTerminalMode), WriteMode(terminal, style.language)},
       {heading(headings::kOrdersWaiting),
        terminal.orders_waiting() == 0 ? "" : absl::StrCat(terminal.orders_waiting())},
       {heading(headings::kConnected),
        heading(terminal.connected() ? headings::kYes : headings::kNo)},
       {heading(headings::kLastHeard), WriteMoment(terminal.last_status_at(), style.zone)},
       {heading(headings::kEnrolled), WriteMoment(terminal.enrolled_at(), style.zone)},
       {heading(headings::kEnrolments),
        terminal.enrolments() < 2 ? "" : absl::StrCat(terminal.enrolments())},
       {heading(headings::kKey), status.key_protection() == v1::KEY_PROTECTION_UNSPECIFIED
                                     ? ""
                                     : NameOf(status.key_protection(), style.language)},
       {heading(headings::kPolicy), PolicyOf(terminal, style.language)},
       {heading(headings::kAgent), status.agent_version()},
       {heading(headings::kBoot), status.boot_id()},
       {heading(headings::kWaiting),
        terminal.has_status() ? absl::StrCat(status.spool_waiting()) : ""},
       {heading(headings::kGrants), absl::StrJoin(running, ", ")}});
  if (status.probes().empty()) return out;
  Table probes({heading(headings::kProbe), heading(headings::kResult), heading(headings::kDetail)});
  for (const v1::Probe& probe : status.probes()) {
    probes.Add({probe.name(), NameOf(probe.result(), style.language), probe.detail()});
  }
  absl::StrAppend(&out, "\n", probes.Write());
  if (std::ranges::find(terminal.unprotected(), v1::UNPROTECTED_NO_MEDIUM_GUARD) !=
      terminal.unprotected().end()) {
    absl::StrAppend(&out, "\n", heading(headings::kNoMediumGuard));
  }
  return out;
}

std::string WriteTokens(const v1::ListEnrolmentTokensResponse& tokens, const GroupPaths& groups,
                        const Style& style) {
  const auto heading = [&style](const Text& text) { return std::string(text.In(style.language)); };
  Table table({heading(headings::kToken), heading(headings::kGroup), heading(headings::kUsesLeft),
               heading(headings::kUntil), heading(headings::kCreatedBy),
               heading(headings::kState)});
  for (const v1::EnrolmentTokenInfo& token : tokens.tokens()) {
    table.Add({token.token_id(), GroupOf(token.group_id(), groups), absl::StrCat(token.uses_left()),
               WriteMoment(token.expires_at(), style.zone), token.created_by(),
               TokenState(token, style)});
  }
  return table.Write();
}

}  // namespace sekisho::console::cli
