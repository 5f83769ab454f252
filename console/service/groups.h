#ifndef SEKISHO_CONSOLE_SERVICE_GROUPS_H_
#define SEKISHO_CONSOLE_SERVICE_GROUPS_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "console/authz/authz.h"
#include "console/store/organisation_store.h"
#include "console/store/terminal_store.h"

// How words of a request become rows that the caller may use.
namespace sekisho::console::service {

// A group by id or name; empty means the caller's own (the root for callers of the whole
// organisation). NOT_FOUND names those there are; INVALID_ARGUMENT when a name is ambiguous.
absl::StatusOr<store::Group> ResolveGroup(store::OrganisationStore& organisations,
                                          const authz::Caller& caller, std::string_view method,
                                          const std::string& id_or_name);

// A terminal by id or name. NOT_FOUND suggests a near name.
absl::StatusOr<store::TerminalRecord> ResolveTerminal(store::TerminalStore& terminals,
                                                      const authz::Caller& caller,
                                                      std::string_view method,
                                                      const std::string& id_or_name);

// What a caller may list: the part of `group_path` that is within its own scope.
inline store::Scope ScopeOf(const authz::Caller& caller) {
  return {caller.organisation_id, caller.group_path};
}

}  // namespace sekisho::console::service

#endif  // SEKISHO_CONSOLE_SERVICE_GROUPS_H_
