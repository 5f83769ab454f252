// run_cases FILE…: runs every case of the files; tests/policy/README.md says what they look like.
// Exit codes: 0 all held, 1 an expectation did not, 2 a file could not be read.
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/policy/case_file.h"
#include "tests/policy/world.h"

namespace sekisho::policy_test {
namespace {

// One line a case; the first statement that goes wrong ends its case.
bool Run(const std::string& file, const Case& each) {
  World world;
  for (const Statement& statement : each.statements) {
    if (const std::optional<std::string> complaint = world.Apply(statement)) {
      std::printf("FAILED %s:%d: %s\n  in case \"%s\"\n", file.c_str(), statement.line,
                  complaint->c_str(), each.title.c_str());
      return false;
    }
  }
  std::printf("ok     %s\n", each.title.c_str());
  return true;
}

int RunFile(const std::string& file) {
  std::ifstream stream(file);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  const auto cases = ReadCases(text);
  if (const auto* malformed = std::get_if<Malformed>(&cases)) {
    std::fprintf(stderr, "%s:%d: %s\n", file.c_str(), malformed->line, malformed->why.c_str());
    return 2;
  }
  int code = 0;
  for (const Case& each : std::get<std::vector<Case>>(cases)) {
    if (!Run(file, each)) code = 1;
  }
  return code;
}

}  // namespace
}  // namespace sekisho::policy_test

int main(int argc, char** argv) {
  int code = argc < 2 ? 2 : 0;
  if (argc < 2) std::fprintf(stderr, "usage: run_cases tests/policy/*.case\n");
  for (int i = 1; i < argc; ++i) code = std::max(code, sekisho::policy_test::RunFile(argv[i]));
  return code;
}
