// A policy as somebody typed it: any bytes get an answer, and what has no problem is something that
// a terminal takes.
#include <cstdint>
#include <string>

#include "console/policy/yaml.h"
#include "proto/contract/bounds.h"
#include "proto/contract/convert.h"
#include "tests/fuzz/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sekisho;
  const console::policy::ParsedPolicy parsed =
      console::policy::ParsePolicy(std::string(reinterpret_cast<const char*>(data), size));
  FUZZ_CHECK(parsed.problems.size() <= 100);
  for (const v1::PolicyProblem& problem : parsed.problems) {
    FUZZ_CHECK(!problem.message().empty());
    FUZZ_CHECK((problem.line() == 0) == (problem.column() == 0));
  }
  if (!parsed.problems.empty()) return 0;
  FUZZ_CHECK(contract::CheckBounds(parsed.policy).ok());
  const auto policy = contract::ToCore(parsed.policy);
  FUZZ_CHECK(policy.ok());
  const auto again = contract::ToCore(contract::ToProto(*policy));
  FUZZ_CHECK(again.ok() && *again == *policy);
  return 0;
}
