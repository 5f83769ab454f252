#ifndef SEKISHO_CONSOLE_POLICY_LOGIN_WORDS_H_
#define SEKISHO_CONSOLE_POLICY_LOGIN_WORDS_H_

#include <optional>
#include <string>
#include <vector>

#include "sekisho/v1/login.pb.h"

namespace sekisho::console::policy {

// As in a policy file: "no_answer", "unreadable", "clock", "unrecordable".
std::vector<std::string> LoginTroubleWords();
std::optional<v1::LoginTrouble> ParseLoginTrouble(const std::string& word);
std::string Words(v1::LoginTrouble trouble);

// For comparing: `fallbacks` by service, as "service: [trouble, …]" in one line; empty when there
// is none.
std::string YamlOfFallbacks(const v1::LoginPolicy& logins);
std::string YamlOfExempt(const v1::LoginPolicy& logins);

}  // namespace sekisho::console::policy

#endif  // SEKISHO_CONSOLE_POLICY_LOGIN_WORDS_H_
