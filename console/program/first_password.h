#ifndef SEKISHO_CONSOLE_PROGRAM_FIRST_PASSWORD_H_
#define SEKISHO_CONSOLE_PROGRAM_FIRST_PASSWORD_H_

#include <string>

#include "absl/status/statusor.h"

namespace sekisho::console::program {

struct Password {
  std::string text;
  bool generated = false;
};

// Of the first admin: the first line of `file`, if one is named. Else asked twice on `input`, three
// times at most, when that is a terminal; and generated when it is none. INVALID_ARGUMENT says what
// to do, at once when the input ends.
absl::StatusOr<Password> FirstPassword(const std::string& file, int input);

}  // namespace sekisho::console::program

#endif  // SEKISHO_CONSOLE_PROGRAM_FIRST_PASSWORD_H_
