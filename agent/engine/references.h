#ifndef SEKISHO_AGENT_ENGINE_REFERENCES_H_
#define SEKISHO_AGENT_ENGINE_REFERENCES_H_

#include <set>
#include <string>

namespace sekisho::engine {

// Six random digits, unlike any in `open`: what a person reads to the helpdesk. Not a secret: it
// finds a request, and opens nothing.
std::string DrawReference(const std::set<std::string>& open);

}  // namespace sekisho::engine

#endif  // SEKISHO_AGENT_ENGINE_REFERENCES_H_
