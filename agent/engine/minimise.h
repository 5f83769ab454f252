#ifndef SEKISHO_AGENT_ENGINE_MINIMISE_H_
#define SEKISHO_AGENT_ENGINE_MINIMISE_H_

#include <string>
#include <string_view>

namespace sekisho::engine {

// Printable UTF-8 (agent/core/text.h) of at most contract::kMaxStringBytes.
std::string Bounded(std::string_view text);

// Text for an event: printable UTF-8 within the wire's bound, with every run of twelve digits
// (half-width or full-width, hyphens, spaces and underscores between them allowed) masked, because
// it may be somebody's Individual Number.
std::string Minimise(std::string_view text);

// The same for a file's path: one that is too long loses its beginning ("…" instead), not its name,
// and is masked before it is cut.
std::string MinimisePath(std::string_view path);

}  // namespace sekisho::engine

#endif  // SEKISHO_AGENT_ENGINE_MINIMISE_H_
