#ifndef SEKISHO_TESTS_POLICY_CASE_FILE_H_
#define SEKISHO_TESTS_POLICY_CASE_FILE_H_

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sekisho::policy_test {

// One statement of a .case file: its words ("…" holds spaces together), never empty.
struct Statement {
  int line = 0;
  std::vector<std::string> words;
};

// From one `case` line to the next.
struct Case {
  int line = 0;
  std::string title;
  std::vector<Statement> statements;
};

struct Malformed {
  int line = 0;
  std::string why;
};

// tests/policy/README.md says what a file looks like.
std::variant<std::vector<Case>, Malformed> ReadCases(std::string_view text);

}  // namespace sekisho::policy_test

#endif  // SEKISHO_TESTS_POLICY_CASE_FILE_H_
