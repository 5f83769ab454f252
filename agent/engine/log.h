#ifndef SEKISHO_AGENT_ENGINE_LOG_H_
#define SEKISHO_AGENT_ENGINE_LOG_H_

#include <string_view>

namespace sekisho::engine {

// syslog's severities, as sd-daemon(3) prefixes them.
enum class Severity { kError = 3, kWarning = 4, kNotice = 5, kInfo = 6 };

// One line on standard error, which is the journal. Never a secret, a token, or a file's content.
void Log(Severity severity, std::string_view line);

}  // namespace sekisho::engine

#endif  // SEKISHO_AGENT_ENGINE_LOG_H_
