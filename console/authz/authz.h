#ifndef SEKISHO_CONSOLE_AUTHZ_AUTHZ_H_
#define SEKISHO_CONSOLE_AUTHZ_AUTHZ_H_

#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "sekisho/v1/operator_service.pb.h"

namespace sekisho::console::authz {

// Who calls: an operator or a robot that has signed in.
struct Caller {
  std::string organisation_id;
  std::string name;
  v1::Role role = v1::ROLE_UNSPECIFIED;
  // Materialised path of the group that the role holds in; empty: the whole organisation.
  std::string group_path;
  bool robot = false;
};

// How a method lets callers in.
enum class Door {
  kAnyone,    // before there is an identity; checks of its own (password, token secret)
  kTerminal,  // a terminal's client certificate
  kOperator,  // a session whose role is in the row
};

// What a role may touch.
enum class Reach {
  kSelf,          // the caller's own session
  kSubtree,       // rows in groups at or below the caller's
  kOrganisation,  // the whole organisation: only callers whose role holds in all of it
};

// One row a method. No row, no entry: the default is no.
struct Permission {
  std::string_view method;  // "sekisho.v1.GrantService/CreateGrant"
  Door door;
  Reach reach;
  // Roles as bits, 1 << Role.
  unsigned roles;
};
std::span<const Permission> Table();
// nullptr when there is none.
const Permission* Find(std::string_view method);

// Whether the caller may use the method at all. PERMISSION_DENIED says which role could.
absl::Status AuthoriseMethod(const Caller& caller, std::string_view method);

// Whether the caller may use the method on something in the group with this materialised path of
// this organisation. Another organisation's things do not exist for the caller: NOT_FOUND.
absl::Status Authorise(const Caller& caller, std::string_view method,
                       const std::string& organisation_id, const std::string& group_path);

}  // namespace sekisho::console::authz

#endif  // SEKISHO_CONSOLE_AUTHZ_AUTHZ_H_
