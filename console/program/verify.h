#ifndef SEKISHO_CONSOLE_PROGRAM_VERIFY_H_
#define SEKISHO_CONSOLE_PROGRAM_VERIFY_H_

#include <string>

#include "absl/status/status.h"

namespace sekisho::console::program {

struct VerifyOptions {
  std::string data;
  // Text with anchors; empty: none.
  std::string anchors;
};

// Computes the history of the store in `data` again, without a console, and prints what was found.
// DATA_LOSS when it was altered, INVALID_ARGUMENT for an anchor with a slip of the pen,
// FAILED_PRECONDITION when there is no history there.
absl::Status Verify(const VerifyOptions& options);

}  // namespace sekisho::console::program

#endif  // SEKISHO_CONSOLE_PROGRAM_VERIFY_H_
