#ifndef SEKISHO_AGENT_CORE_GLOB_H_
#define SEKISHO_AGENT_CORE_GLOB_H_

#include <cstddef>
#include <string_view>

namespace sekisho::core {

// The longest pattern of a policy, in bytes.
inline constexpr std::size_t kMaxGlobBytes = 256;

// Whether `glob` is the whole of `text`, both UTF-8. '*' stands for any characters or none, '?' for
// one; everything else, backslash and brackets too, for itself. Takes at most
// glob.size() * text.size() steps, whatever they hold, and no memory.
bool GlobMatches(std::string_view glob, std::string_view text);

bool HasWildcard(std::string_view glob);

// What every text that matches begins with: all before the first wildcard.
std::string_view LiteralPrefix(std::string_view glob);

}  // namespace sekisho::core

#endif  // SEKISHO_AGENT_CORE_GLOB_H_
