#ifndef SEKISHO_CONSOLE_SERVICE_SUBJECT_H_
#define SEKISHO_CONSOLE_SERVICE_SUBJECT_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "console/authz/authz.h"
#include "console/store/grant_store.h"
#include "console/store/terminal_store.h"

// Which device, on which terminal, an operator means.
namespace sekisho::console::service {

// What was said: six digits (and the terminal, when two show the same), or a terminal and the
// fingerprint of a device that it has reported.
struct Pointer {
  std::string reference;
  std::string terminal;
  std::string fingerprint;
};

struct Subject {
  store::TerminalRecord terminal;
  v1::Device device;
  std::string reference;  // empty unless that is how it was said
};

// The open request with that reference. NOT_FOUND; FAILED_PRECONDITION when it is answered;
// INVALID_ARGUMENT, naming the terminals, when there are several.
absl::StatusOr<store::RequestRecord> FindRequest(store::GrantStore& grants,
                                                 const authz::Caller& caller,
                                                 std::string_view method, const Pointer& pointer);

absl::StatusOr<Subject> FindSubject(store::GrantStore& grants, store::TerminalStore& terminals,
                                    const authz::Caller& caller, std::string_view method,
                                    const Pointer& pointer);

}  // namespace sekisho::console::service

#endif  // SEKISHO_CONSOLE_SERVICE_SUBJECT_H_
