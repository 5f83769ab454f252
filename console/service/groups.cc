#include "console/service/groups.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "console/policy/yaml.h"

namespace sekisho::console::service {

absl::StatusOr<store::Group> ResolveGroup(store::OrganisationStore& organisations,
                                          const authz::Caller& caller, std::string_view method,
                                          const std::string& id_or_name) {
  absl::StatusOr<std::vector<store::Group>> groups = organisations.ListGroups(ScopeOf(caller));
  if (!groups.ok()) return groups.status();
  std::vector<const store::Group*> found;
  std::vector<std::string> names;
  for (const store::Group& group : *groups) {
    names.push_back(group.name);
    // Parents come first, so the first is the caller's own.
    if (id_or_name.empty() ? found.empty()
                           : group.group_id == id_or_name || group.name == id_or_name) {
      found.push_back(&group);
    }
  }
  if (found.empty()) {
    if (names.size() > 10) names.resize(10);
    return absl::NotFoundError(absl::StrCat(
        "no group \"", id_or_name, "\" within yours; there is: ", absl::StrJoin(names, ", ")));
  }
  if (found.size() > 1) {
    return absl::InvalidArgumentError(absl::StrCat("several groups are named \"", id_or_name,
                                                   "\": use an id (sekishoctl groups list)"));
  }
  absl::Status allowed =
      authz::Authorise(caller, method, found.front()->organisation_id, found.front()->path);
  if (!allowed.ok()) return allowed;
  return *found.front();
}

absl::StatusOr<store::TerminalRecord> ResolveTerminal(store::TerminalStore& terminals,
                                                      const authz::Caller& caller,
                                                      std::string_view method,
                                                      const std::string& id_or_name) {
  if (id_or_name.empty()) {
    return absl::InvalidArgumentError("say which terminal, by id or name (sekishoctl terminals)");
  }
  absl::StatusOr<store::TerminalRecord> terminal = terminals.FindTerminal(id_or_name);
  if (absl::IsNotFound(terminal.status())) {
    terminal = terminals.FindTerminalByName(caller.organisation_id, id_or_name);
  }
  absl::Status allowed = terminal.status();
  if (allowed.ok()) {
    allowed = authz::Authorise(caller, method, terminal->organisation_id, terminal->group_path);
  }
  if (allowed.ok()) return terminal;
  if (!absl::IsNotFound(allowed)) return allowed;
  std::vector<std::string> names;
  absl::StatusOr<std::vector<store::TerminalRecord>> known =
      terminals.ListTerminals(ScopeOf(caller), "", 1000);
  if (known.ok()) {
    for (const store::TerminalRecord& record : *known) names.push_back(record.name);
  }
  const std::string nearest = policy::NearestOf(id_or_name, names);
  return absl::NotFoundError(absl::StrCat("no terminal \"", id_or_name, "\"",
                                          nearest.empty()
                                              ? "; list them with: sekishoctl terminals"
                                              : absl::StrCat("; did you mean \"", nearest, "\"?")));
}

}  // namespace sekisho::console::service
