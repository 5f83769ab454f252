#include "console/policy/login_words.h"

#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace sekisho::console::policy {
namespace {

using Word = std::pair<v1::LoginTrouble, const char*>;
constexpr Word kTroubles[] = {{v1::LOGIN_TROUBLE_NO_ANSWER, "no_answer"},
                              {v1::LOGIN_TROUBLE_UNREADABLE, "unreadable"},
                              {v1::LOGIN_TROUBLE_CLOCK, "clock"},
                              {v1::LOGIN_TROUBLE_UNRECORDABLE, "unrecordable"}};

}  // namespace

std::vector<std::string> LoginTroubleWords() {
  std::vector<std::string> words;
  for (const auto& [trouble, word] : kTroubles) words.emplace_back(word);
  return words;
}

std::optional<v1::LoginTrouble> ParseLoginTrouble(const std::string& word) {
  for (const auto& [trouble, known] : kTroubles) {
    if (word == known) return trouble;
  }
  return std::nullopt;
}

std::string Words(v1::LoginTrouble trouble) {
  for (const auto& [known, word] : kTroubles) {
    if (known == trouble) return word;
  }
  return "";
}

std::string YamlOfFallbacks(const v1::LoginPolicy& logins) {
  std::map<std::string, std::set<int>> troubles;
  for (const v1::LoginFallback& fallback : logins.fallbacks()) {
    for (const std::string& service : fallback.services()) {
      troubles[service].insert(fallback.when().begin(), fallback.when().end());
    }
  }
  std::vector<std::string> cells;
  for (const auto& [service, when] : troubles) {
    std::vector<std::string> words;
    for (const int each : when) words.push_back(Words(static_cast<v1::LoginTrouble>(each)));
    cells.push_back(absl::StrCat(service, ": [", absl::StrJoin(words, ", "), "]"));
  }
  return absl::StrJoin(cells, ", ");
}

std::string YamlOfExempt(const v1::LoginPolicy& logins) {
  const std::set<std::string> services(logins.exempt().begin(), logins.exempt().end());
  return services.empty() ? "" : absl::StrCat("[", absl::StrJoin(services, ", "), "]");
}

}  // namespace sekisho::console::policy
