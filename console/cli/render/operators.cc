#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "console/cli/render/describe.h"
#include "console/cli/render/lists.h"
#include "console/cli/render/table.h"
#include "console/cli/texts/headings.h"
#include "console/cli/texts/names.h"
#include "console/cli/time_span.h"

namespace sekisho::console::cli {
std::string ScopeOf(const std::string& group_id, const GroupPaths& groups, Language language) {
  if (group_id.empty()) return std::string(headings::kWholeOrganisation.In(language));
  const auto found = groups.find(group_id);
  return found == groups.end() ? ShortId(group_id) : found->second;
}

GroupPaths PathsOf(const google::protobuf::RepeatedPtrField<v1::Group>& groups) {
  std::map<std::string, const v1::Group*> by_id;
  for (const v1::Group& group : groups) by_id[group.group_id()] = &group;
  GroupPaths paths;
  for (const v1::Group& group : groups) {
    std::string path = group.name();
    std::set<std::string> seen{group.group_id()};
    const v1::Group* below = &group;
    while (true) {
      const auto above = by_id.find(below->parent_id());
      if (above == by_id.end() || !seen.insert(above->first).second) break;
      below = above->second;
      path = absl::StrCat(below->name(), "/", path);
    }
    paths[group.group_id()] = path;
  }
  return paths;
}

std::string WriteOperators(const v1::ListOperatorsResponse& operators, const GroupPaths& groups,
                           const Style& style) {
  const auto heading = [&style](const Text& text) { return std::string(text.In(style.language)); };
  Table table({heading(headings::kName), heading(headings::kKind), heading(headings::kRole),
               heading(headings::kGroup), heading(headings::kUntil), heading(headings::kState)});
  for (const v1::Operator& entry : operators.operators()) {
    const bool expired = entry.has_expires_at() && FromProto(entry.expires_at()) <= style.now;
    table.Add({entry.name(), heading(entry.robot() ? headings::kRobot : headings::kOperator),
               NameOf(entry.role(), style.language),
               ScopeOf(entry.group_id(), groups, style.language),
               entry.has_expires_at() ? WriteMoment(entry.expires_at(), style.zone) : "",
               heading(entry.disabled() ? headings::kDisabled
                       : expired        ? headings::kExpired
                                        : headings::kActive)});
  }
  return table.Write();
}

std::string WriteWhoAmI(const v1::WhoAmIResponse& who, const Style& style) {
  const auto heading = [&style](const Text& text) { return std::string(text.In(style.language)); };
  const v1::Operator& self = who.operator_();
  return WriteFields({{heading(headings::kName), self.name()},
                      {heading(headings::kRole), NameOf(self.role(), style.language)},
                      {heading(headings::kGroup), ScopeOf(self.group_id(), {}, style.language)},
                      {heading(headings::kOrganisation), self.organisation_id()},
                      {heading(headings::kUntil), WriteMoment(who.expires_at(), style.zone)}});
}

std::string WriteGroups(const v1::ListGroupsResponse& groups, const Style& style) {
  std::vector<std::pair<std::string, std::string>> rows;
  for (const auto& [id, path] : PathsOf(groups.groups())) rows.emplace_back(path, id);
  std::sort(rows.begin(), rows.end());
  Table table({std::string(headings::kGroup.In(style.language)),
               std::string(headings::kId.In(style.language))});
  for (const auto& [path, id] : rows) table.Add({path, id});
  return table.Write();
}

}  // namespace sekisho::console::cli
