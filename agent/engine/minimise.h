#ifndef SEKISHO_AGENT_ENGINE_MINIMISE_H_
#define SEKISHO_AGENT_ENGINE_MINIMISE_H_

#include <string>
#include <string_view>

namespace sekisho::engine {

// Printable UTF-8 (agent/core/text.h) of at most contract::kMaxStringBytes.
std::string Bounded(std::string_view text);

// Text for an event: printable UTF-8 within the wire's bound, with every run of twelve digits
// (half-width or full-width, hyphens and spaces between them allowed) masked, because it may be
// somebody's Individual Number.
std::string Minimise(std::string_view text);

}  // namespace sekisho::engine

#endif  // SEKISHO_AGENT_ENGINE_MINIMISE_H_
