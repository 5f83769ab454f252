#ifndef SEKISHO_AGENT_PREFLIGHT_RENDER_H_
#define SEKISHO_AGENT_PREFLIGHT_RENDER_H_

#include <string>
#include <vector>

#include "agent/preflight/catalogue.h"
#include "agent/preflight/judge.h"

namespace sekisho::preflight {

// For people, each line ended. What the machine says of itself is made printable.
std::string RenderText(Language language, const std::vector<Finding>& findings);

// One JSON document after preflight.schema.json; `language` is that of "meaning" and "remedy".
std::string RenderJson(Language language, const std::vector<Finding>& findings);

}  // namespace sekisho::preflight

#endif  // SEKISHO_AGENT_PREFLIGHT_RENDER_H_
