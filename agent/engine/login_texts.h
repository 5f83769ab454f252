#ifndef SEKISHO_AGENT_ENGINE_LOGIN_TEXTS_H_
#define SEKISHO_AGENT_ENGINE_LOGIN_TEXTS_H_

#include <string>
#include <string_view>

#include "agent/core/login.h"

namespace sekisho::engine {

// The few words that somebody who logs in reads. Not told why a code was not taken, nor whether
// there is such a person: who is refused reads the same whoever it is.
enum class LoginLanguage { kEnglish, kJapanese };
// English but for "ja": a console without Japanese letters asks in what it can show.
LoginLanguage LanguageOf(std::string_view language);

std::string AskForCode(LoginLanguage language);
// Empty for what the application says by itself ("Login incorrect").
std::string SayRefusal(LoginLanguage language, const core::LoginVerdict& verdict);

}  // namespace sekisho::engine

#endif  // SEKISHO_AGENT_ENGINE_LOGIN_TEXTS_H_
