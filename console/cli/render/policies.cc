#include "console/cli/texts/policies.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "console/cli/render/describe.h"
#include "console/cli/render/lists.h"
#include "console/cli/render/table.h"
#include "console/cli/texts/conditions.h"
#include "console/cli/texts/headings.h"
#include "console/cli/texts/names.h"
#include "console/cli/time_span.h"

namespace sekisho::console::cli {
namespace {

namespace texts = policy_texts;

const Text& SentenceOf(const v1::PolicyChange& change) {
  switch (static_cast<int>(change.kind())) {
    case v1::POLICY_CHANGE_KIND_RULE_ADDED:
      return texts::kRuleAdded;
    case v1::POLICY_CHANGE_KIND_RULE_REMOVED:
      return texts::kRuleRemoved;
    case v1::POLICY_CHANGE_KIND_RULE_CHANGED:
      return texts::kRuleChanged;
    case v1::POLICY_CHANGE_KIND_RULES_REORDERED:
      return texts::kRulesReordered;
    default:
      return texts::kSettingChanged;
  }
}

std::string InputName(v1::DeviceClass input, Language language) { return NameOf(input, language); }

// "blocked: no rule allows it", without the version: it is that of the whole.
std::string WriteDecision(const v1::Verdict& verdict, const v1::Device& device, Language language) {
  v1::Verdict shown = verdict;
  shown.clear_policy_version();
  shown.clear_runner_up_rule_id();
  shown.clear_runner_up_condition();
  shown.clear_audited_rule_id();
  return Fill(texts::kDecision.In(language), {{"action", NameOf(verdict.action(), language)},
                                              {"why", DescribeVerdict(shown, device, language)}});
}

}  // namespace

std::string WritePolicies(const v1::ListPoliciesResponse& policies, const GroupPaths& groups,
                          const Style& style) {
  const auto heading = [&style](const Text& text) { return std::string(text.In(style.language)); };
  Table table({heading(headings::kVersion), heading(headings::kGroup),
               heading(headings::kPublished), heading(headings::kRequestedBy),
               heading(headings::kComment)});
  for (const v1::PublishedPolicy& policy : policies.policies()) {
    std::string comment = policy.comment();
    if (policy.content_of_version() != 0) {
      const std::string content = Fill(headings::kContentOf.In(style.language),
                                       {{"version", absl::StrCat(policy.content_of_version())}});
      comment = comment.empty() ? content : absl::StrCat(comment, " (", content, ")");
    }
    table.Add({absl::StrCat(policy.version()), ScopeOf(policy.group_id(), groups, style.language),
               WriteMoment(policy.published_at(), style.zone), policy.published_by(), comment});
  }
  return table.Write();
}

std::string WriteChanges(const google::protobuf::RepeatedPtrField<v1::PolicyChange>& changes,
                         Language language) {
  std::string out;
  for (const v1::PolicyChange& change : changes) {
    const auto value = [language](const std::string& text) {
      return text.empty() ? std::string(texts::kNotGiven.In(language)) : text;
    };
    out += Fill(
        SentenceOf(change).In(language),
        {{"rule", change.rule_id()},
         {"key", change.key()},
         {"before", value(change.before())},
         {"after", value(change.after())},
         {"rules", absl::StrJoin(change.rule_ids(), ", ")},
         {"turn",
          change.turn() == v1::POLICY_TURN_UNSPECIFIED ? "" : NameOf(change.turn(), language)}});
    out += '\n';
  }
  return out;
}

std::string WriteProblems(const google::protobuf::RepeatedPtrField<v1::PolicyProblem>& problems,
                          const std::string& file, Language language) {
  std::string out;
  for (const v1::PolicyProblem& problem : problems) {
    if (problem.has_lock_out()) {
      const v1::PolicyLockOut& hit = problem.lock_out();
      out +=
          Fill(texts::kLockOut.In(language), {{"terminal", hit.terminal_name()},
                                              {"input", InputName(hit.input(), language)},
                                              {"device", DescribeDevice(hit.device(), language)}});
      continue;
    }
    if (problem.more_lock_outs() != 0) {
      out += Fill(texts::kMoreLockOuts.In(language),
                  {{"count", absl::StrCat(problem.more_lock_outs())}});
      continue;
    }
    out += file;
    if (problem.line() != 0) absl::StrAppend(&out, ":", problem.line(), ":", problem.column());
    absl::StrAppend(&out, ": ", Printable(problem.message()), "\n");
    if (!problem.suggestion().empty()) {
      out += Fill(texts::kSuggestion.In(language), {{"suggestion", problem.suggestion()}});
    }
  }
  // Once for all of them.
  if (std::ranges::any_of(problems, &v1::PolicyProblem::has_lock_out)) {
    out += texts::kAgainstLockOut.In(language);
  }
  return out;
}

std::string WriteSimulation(const v1::SimulatePolicyResponse& all, int most, const Style& style) {
  const auto say = [&style](const Text& text, Values values = {}) {
    return Fill(text.In(style.language), values);
  };
  const auto count = [&](const Text& text, const v1::SimulatedCount& turn) {
    return say(text, {{"devices", absl::StrCat(turn.devices())},
                      {"terminals", absl::StrCat(turn.terminals())},
                      {"people", absl::StrCat(turn.people_size())}});
  };
  std::string out = say(texts::kSimulated, {{"version", absl::StrCat(all.against_version())},
                                            {"count", absl::StrCat(all.judged())}});
  if (all.changes().empty()) {
    out += say(texts::kNothingFelt);
  } else {
    out += count(texts::kLooserCount, all.looser()) + count(texts::kStricterCount, all.stricter());
    Table table({say(headings::kTurn), say(headings::kDevice), say(headings::kHowManyDevices),
                 say(headings::kHowMany), say(headings::kNow), say(headings::kThen),
                 say(headings::kTerminals)});
    const int shown = std::min(most, all.changes_size());
    for (int i = 0; i < shown; ++i) {
      const v1::SimulatedChange& change = all.changes(i);
      std::string names = absl::StrJoin(change.terminal_names(), ", ");
      if (static_cast<int>(change.terminals()) > change.terminal_names_size()) names += ", …";
      table.Add({NameOf(change.turn(), style.language),
                 DescribeDeviceBriefly(change.device(), style.language),
                 absl::StrCat(change.devices()), absl::StrCat(change.terminals()),
                 WriteDecision(change.before(), change.device(), style.language),
                 WriteDecision(change.after(), change.device(), style.language), names});
    }
    absl::StrAppend(&out, "\n", table.Write());
    if (shown < all.changes_size()) {
      out += say(texts::kMoreChanges, {{"count", absl::StrCat(all.changes_size() - shown)}});
    }
  }
  if (all.unlike_reported() > 0) {
    out += say(texts::kUnlikeReported, {{"count", absl::StrCat(all.unlike_reported())}});
  }
  for (const std::string& condition : all.unknown_conditions()) {
    out += say(texts::kUnknownCondition, {{"condition", ConditionName(condition, style.language)}});
  }
  return out;
}

}  // namespace sekisho::console::cli
