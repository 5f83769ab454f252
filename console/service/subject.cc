#include "console/service/subject.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "console/service/groups.h"

namespace sekisho::console::service {

absl::StatusOr<store::RequestRecord> FindRequest(store::GrantStore& grants,
                                                 const authz::Caller& caller,
                                                 std::string_view method, const Pointer& pointer) {
  const auto& [reference, terminal, fingerprint] = pointer;
  absl::StatusOr<std::vector<store::RequestRecord>> found =
      grants.ListRequests({.scope = ScopeOf(caller),
                           .reference = reference,
                           .words = store::RequestQuery::Words::kAny,
                           .answered = store::RequestQuery::Answered::kIncluded});
  if (!found.ok()) return found.status();
  std::vector<store::RequestRecord> open;
  std::vector<std::string> names;
  for (store::RequestRecord& request : *found) {
    const bool named =
        terminal.empty() || request.terminal_id == terminal || request.terminal_name == terminal;
    if (!named || request.denied || request.adopted || !request.grant_id.empty()) continue;
    names.push_back(request.terminal_name);
    open.push_back(std::move(request));
  }
  if (open.size() == 1) {
    absl::Status allowed =
        authz::Authorise(caller, method, open.front().organisation_id, open.front().group_path);
    if (!allowed.ok()) return allowed;
    return open.front();
  }
  if (open.size() > 1) {
    return absl::InvalidArgumentError(absl::StrCat("several terminals show the number ", reference,
                                                   ": ask which one, and add --terminal ",
                                                   absl::StrJoin(names, " or ")));
  }
  if (!found->empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat("the request ", reference,
                     " has been answered already: have the device unplugged and plugged in again "
                     "for a new number"));
  }
  return absl::NotFoundError(absl::StrCat(
      "no open request ", reference, "; look at what there is with: sekishoctl requests --all"));
}

absl::StatusOr<Subject> FindSubject(store::GrantStore& grants, store::TerminalStore& terminals,
                                    const authz::Caller& caller, std::string_view method,
                                    const Pointer& pointer) {
  Subject subject;
  if (!pointer.reference.empty()) {
    absl::StatusOr<store::RequestRecord> found = FindRequest(grants, caller, method, pointer);
    if (!found.ok()) return found.status();
    absl::StatusOr<store::TerminalRecord> terminal = terminals.FindTerminal(found->terminal_id);
    if (!terminal.ok()) return terminal.status();
    subject.terminal = *std::move(terminal);
    subject.device = found->device;
    subject.reference = found->reference;
    return subject;
  }
  if (pointer.terminal.empty() || pointer.fingerprint.empty()) {
    return absl::InvalidArgumentError(
        "say which device: the six digits that the person reads out, or --terminal and --device");
  }
  absl::StatusOr<store::TerminalRecord> terminal =
      ResolveTerminal(terminals, caller, method, pointer.terminal);
  if (!terminal.ok()) return terminal.status();
  absl::StatusOr<v1::Device> device =
      grants.FindReportedDevice(terminal->terminal_id, pointer.fingerprint);
  if (!device.ok()) return device.status();
  subject.terminal = *std::move(terminal);
  subject.device = *std::move(device);
  return subject;
}

}  // namespace sekisho::console::service
