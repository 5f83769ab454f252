#ifndef SEKISHO_AGENT_BARRIER_TEXT_H_
#define SEKISHO_AGENT_BARRIER_TEXT_H_

#include <string>

namespace sekisho::barrier {

enum class Language { kEnglish, kJapanese };

// LC_ALL, else LC_MESSAGES, else LANG: "ja…" is Japanese, all else English.
Language LanguageOfEnvironment();

// What a person reads, in both languages, where it is used.
std::string Say(const char* english, const char* japanese);

}  // namespace sekisho::barrier

#endif  // SEKISHO_AGENT_BARRIER_TEXT_H_
