#include "agent/barrier/text.h"

#include <cstdlib>
#include <string_view>

namespace sekisho::barrier {

Language LanguageOfEnvironment() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    return std::string_view(value).starts_with("ja") ? Language::kJapanese : Language::kEnglish;
  }
  return Language::kEnglish;
}

std::string Say(const char* english, const char* japanese) {
  return LanguageOfEnvironment() == Language::kJapanese ? japanese : english;
}

}  // namespace sekisho::barrier
