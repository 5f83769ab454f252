#include "console/policy/yaml_reader.h"

#include <set>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/core/grant.h"

namespace sekisho::console::policy {
namespace {

constexpr std::size_t kMaxProblems = 100;

}  // namespace

void YamlReader::Problem(const YAML::Mark& mark, std::string message, std::string suggestion) {
  if (problems_.size() >= kMaxProblems) return;
  v1::PolicyProblem& problem = problems_.emplace_back();
  problem.set_line(mark.is_null() ? 0 : static_cast<std::uint32_t>(mark.line + 1));
  problem.set_column(mark.is_null() ? 0 : static_cast<std::uint32_t>(mark.column + 1));
  problem.set_message(std::move(message));
  problem.set_suggestion(std::move(suggestion));
}

void YamlReader::UnknownWord(const YAML::Node& node, const std::string& what,
                             const std::string& word, const std::vector<std::string>& known) {
  const std::string nearest = NearestOf(word, known);
  Problem(node.Mark(), absl::StrCat("unknown ", what, " \"", word, "\""),
          nearest.empty() ? absl::StrCat("one of: ", absl::StrJoin(known, ", ")) : nearest);
}

void YamlReader::Map(const YAML::Node& node, const std::string& what, const Handlers& handlers) {
  std::vector<std::string> known;
  for (const auto& [key, handler] : handlers) known.push_back(key);
  if (!node.IsMap()) {
    Problem(node.Mark(), absl::StrCat(what, " must have keys"), absl::StrJoin(known, ", "));
    return;
  }
  std::set<std::string> seen;
  for (const auto& entry : node) {
    if (!entry.first.IsScalar()) {
      Problem(entry.first.Mark(), absl::StrCat(what, ": a key must be a word"));
      continue;
    }
    const std::string key = entry.first.Scalar();
    const auto handler = handlers.find(key);
    if (handler == handlers.end()) {
      const std::string nearest = NearestOf(key, known);
      Problem(entry.first.Mark(), absl::StrCat("unknown key \"", key, "\" in ", what),
              nearest.empty() ? absl::StrCat("known keys: ", absl::StrJoin(known, ", "))
                              : absl::StrCat(nearest, ":"));
      continue;
    }
    if (!seen.insert(key).second) {
      Problem(entry.first.Mark(), absl::StrCat("\"", key, "\" stands twice in ", what),
              "keep one of them");
      continue;
    }
    handler->second(entry.second);
  }
}

std::optional<std::string> YamlReader::Text(const YAML::Node& node, const std::string& what) {
  if (node.IsScalar()) return node.Scalar();
  Problem(node.Mark(), absl::StrCat(what, " must be one value"));
  return std::nullopt;
}

std::vector<YAML::Node> YamlReader::Items(const YAML::Node& node, const std::string& what,
                                          const std::string& suggestion) {
  std::vector<YAML::Node> items;
  if (node.IsScalar()) {
    items.push_back(node);
  } else if (node.IsSequence()) {
    for (const YAML::Node& item : node) items.push_back(item);
  }
  if (items.empty()) {
    Problem(node.Mark(), absl::StrCat(what, " must name at least one"), suggestion);
  }
  return items;
}

void YamlReader::Into(const YAML::Node& node, const std::string& what, std::string* target) {
  if (std::optional<std::string> text = Text(node, what)) *target = *std::move(text);
}

void YamlReader::HexInto(const YAML::Node& node, const std::string& what,
                         const std::function<void(std::uint32_t)>& set) {
  const std::optional<std::string> text = Text(node, what);
  if (!text.has_value()) return;
  const std::optional<std::uint32_t> value = ParseHex4(*text);
  if (value.value_or(0) == 0) {
    Problem(node.Mark(), absl::StrCat(what, " \"", *text, "\" is not four hexadecimal digits"),
            absl::StrCat(what, ": \"0951\"   (in quotes, as lsusb shows it)"));
    return;
  }
  set(*value);
}

void YamlReader::HashInto(const YAML::Node& node, const std::string& what,
                          const std::string& suggestion, std::string* target) {
  const std::optional<std::string> text = Text(node, what);
  if (!text.has_value()) return;
  const bool hex =
      text->size() == 64 && text->find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
  if (!hex) {
    Problem(node.Mark(), absl::StrCat(what, " is not 64 hexadecimal digits"), suggestion);
    return;
  }
  *target = absl::HexStringToBytes(*text);
}

void YamlReader::SecondsInto(const YAML::Node& node, const std::string& what,
                             const std::function<void(std::uint32_t)>& set) {
  const std::optional<std::string> text = Text(node, what);
  if (!text.has_value()) return;
  const std::optional<std::uint32_t> seconds = ParseSeconds(*text);
  if (!seconds.has_value()) {
    Problem(node.Mark(), absl::StrCat(what, " \"", *text, "\" is not a time span"),
            absl::StrCat(what, ": 15m   (s, m, h or d; 0 for none)"));
    return;
  }
  if (*seconds > std::chrono::seconds(core::kMaxGrant).count()) {
    Problem(node.Mark(), absl::StrCat(what, ": no exception may run longer than 24h"),
            absl::StrCat(what, ": 24h"));
    return;
  }
  set(*seconds);
}

void YamlReader::YesNoInto(const YAML::Node& node, const std::string& what,
                           const std::function<void(bool)>& set) {
  const std::optional<std::string> text = Text(node, what);
  if (!text.has_value()) return;
  if (*text != "true" && *text != "false") {
    Problem(node.Mark(), absl::StrCat(what, " \"", *text, "\" is neither true nor false"),
            absl::StrCat(what, ": false"));
    return;
  }
  set(*text == "true");
}

std::optional<std::uint32_t> ParseHex4(const std::string& text) {
  std::uint32_t value = 0;
  const bool four =
      text.size() == 4 && text.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
  if (!four || !absl::SimpleHexAtoi(text, &value)) return std::nullopt;
  return value;
}

}  // namespace sekisho::console::policy
