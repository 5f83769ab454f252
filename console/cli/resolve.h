#ifndef SEKISHO_CONSOLE_CLI_RESOLVE_H_
#define SEKISHO_CONSOLE_CLI_RESOLVE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "console/cli/context.h"
#include "console/cli/render/lists.h"

// From what people type (names, paths, beginnings of ids) to what the console is asked for.
namespace sekisho::console::cli {

// A group's id from its id, its path, or as much of the path's end (its name, say) as only one has;
// "" stays "". An operator who may not list groups can still give the id.
absl::StatusOr<std::string> ResolveGroup(Context& context, Client& client, std::string_view typed);
// The same over a list: the pure half.
absl::StatusOr<std::string> FindGroup(const google::protobuf::RepeatedPtrField<v1::Group>& groups,
                                      std::string_view typed, Language language);

// Names for a table's group column; none when the operator may not list groups.
GroupPaths FetchGroupPaths(Client& client);

// The one grant whose id begins with `typed` (at least 4 characters).
absl::StatusOr<v1::Grant> ResolveGrant(Context& context, Client& client, std::string_view typed);
absl::StatusOr<v1::Grant> FindGrant(const std::vector<v1::Grant>& grants, std::string_view typed,
                                    Language language);

// All pages, up to `most` entries.
absl::StatusOr<std::vector<v1::Grant>> FetchGrants(Client& client, v1::ListGrantsRequest request,
                                                   std::size_t most);
absl::StatusOr<std::vector<v1::Terminal>> FetchTerminals(Client& client,
                                                         v1::ListTerminalsRequest request,
                                                         std::size_t most);

// 32 bytes from 64 hexadecimal digits (or 44 of base64, as --output json shows it), or from the
// first 6 or more digits of a device that `terminal` has reported.
absl::StatusOr<std::string> ResolveFingerprint(Context& context, Client& client,
                                               std::string_view terminal, std::string_view typed);

// `status`, and when it says NOT_FOUND, the name of a terminal that is written nearly so.
absl::Status SuggestTerminal(Context& context, Client& client, const absl::Status& status,
                             std::string_view typed);

// Six digits, blanks and hyphens ignored ("482 913"): people read them out in groups.
absl::StatusOr<std::string> ParseReference(std::string_view typed, Language language);

}  // namespace sekisho::console::cli

#endif  // SEKISHO_CONSOLE_CLI_RESOLVE_H_
