#ifndef SEKISHO_AGENT_LINK_LOG_H_
#define SEKISHO_AGENT_LINK_LOG_H_

#include <string_view>

namespace sekisho::link {

enum class Severity { kInfo, kWarning };

// One line on standard error; under systemd with the priority that journald reads (sd-daemon(3)).
// Callers pass no secrets and no payloads: nothing that came in a Sealed or a token belongs here.
// Control characters become '?', so that the console's words cannot forge a line.
void Log(Severity severity, std::string_view line);

}  // namespace sekisho::link

#endif  // SEKISHO_AGENT_LINK_LOG_H_
