#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "console/policy/yaml.h"
#include "proto/contract/convert.h"

// The policies of policies/, of which schema_test.py asks the published schema the same.
namespace sekisho::console::policy {
namespace {

std::vector<std::string> Policies(const std::string& name) {
  std::ifstream stream(std::string(SEKISHO_POLICIES) + "/" + name);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  constexpr std::string_view kSeparator = "---\n";
  std::vector<std::string> policies;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(kSeparator, begin), text.size());
    policies.push_back(text.substr(begin, end - begin));
    begin = end + kSeparator.size();
  }
  EXPECT_GT(policies.size(), 3u) << name;
  return policies;
}

TEST(Policies, GoodOnesHaveNoProblem) {
  for (const std::string& yaml : Policies("good.yaml")) {
    for (const v1::PolicyProblem& problem : ParsePolicy(yaml).problems) {
      ADD_FAILURE() << yaml << problem.DebugString();
    }
  }
}

TEST(Policies, BadOnesHaveOneWithALineAndSomethingToDo) {
  for (const char* name : {"bad.yaml", "beyond_schema.yaml"}) {
    for (const std::string& yaml : Policies(name)) {
      const ParsedPolicy parsed = ParsePolicy(yaml);
      ASSERT_FALSE(parsed.problems.empty()) << yaml;
      EXPECT_GT(parsed.problems.front().line(), 0u) << yaml;
      EXPECT_GT(parsed.problems.front().column(), 0u) << yaml;
      EXPECT_FALSE(parsed.problems.front().suggestion().empty()) << yaml;
    }
  }
}

}  // namespace
}  // namespace sekisho::console::policy
