#include "tests/policy/case_file.h"

#include <utility>

namespace sekisho::policy_test {
namespace {

// Words of a line up to `#`; none when a quote is left open.
std::optional<std::vector<std::string>> Words(std::string_view line) {
  std::vector<std::string> words;
  while (true) {
    const std::size_t start = line.find_first_not_of(" \t");
    if (start == std::string_view::npos || line[start] == '#') return words;
    line.remove_prefix(start);
    if (line.front() == '"') {
      const std::size_t close = line.find('"', 1);
      if (close == std::string_view::npos) return std::nullopt;
      words.emplace_back(line.substr(1, close - 1));
      line.remove_prefix(close + 1);
    } else {
      const std::size_t end = std::min(line.find_first_of(" \t"), line.size());
      words.emplace_back(line.substr(0, end));
      line.remove_prefix(end);
    }
  }
}

}  // namespace

std::variant<std::vector<Case>, Malformed> ReadCases(std::string_view text) {
  std::vector<Case> cases;
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::optional<std::vector<std::string>> words = Words(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!words) return Malformed{number, "a quote is left open"};
    if (words->empty()) continue;
    if (words->front() == "case") {
      if (words->size() != 2) return Malformed{number, "write: case \"a sentence\""};
      cases.push_back({.line = number, .title = (*words)[1], .statements = {}});
      continue;
    }
    if (cases.empty()) return Malformed{number, "a statement before the first case"};
    cases.back().statements.push_back({.line = number, .words = *std::move(words)});
  }
  if (cases.empty()) return Malformed{1, "no case"};
  return cases;
}

}  // namespace sekisho::policy_test
