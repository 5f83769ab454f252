#ifndef SEKISHO_AGENT_BARRIER_PASSWORD_PROMPT_H_
#define SEKISHO_AGENT_BARRIER_PASSWORD_PROMPT_H_

#include <optional>
#include <string>
#include <string_view>

namespace sekisho::barrier {

// A line typed at the terminal that this program was started from, without showing it. Nothing
// when there is no terminal, at its end, or after Ctrl-C.
std::optional<std::string> AskPassword(std::string_view question);

}  // namespace sekisho::barrier

#endif  // SEKISHO_AGENT_BARRIER_PASSWORD_PROMPT_H_
