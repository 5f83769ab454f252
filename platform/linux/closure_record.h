#ifndef SEKISHO_PLATFORM_LINUX_CLOSURE_RECORD_H_
#define SEKISHO_PLATFORM_LINUX_CLOSURE_RECORD_H_

#include <optional>
#include <string>
#include <string_view>

#include "platform/api/devices.h"

namespace sekisho::platform {

// Where sekisho-barrier leaves what it shut: GRANT.closure. On a tmpfs: a reboot ends it, as it
// ends the grants.
inline constexpr const char* kClosureDirectory = "/run/sekisho/closed";
inline constexpr std::size_t kMaxClosureBytes = 64 * 1024;

// Text, a "key value" a line, "end" last. Pure, and each the other's inverse.
std::string WriteClosure(const Closure& closure);
std::optional<Closure> ParseClosure(std::string_view text);

// Fit for a file's and a unit's name: 1 to 64 of a-z, A-Z, 0-9 and "-".
bool IsGrantId(std::string_view text);

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_CLOSURE_RECORD_H_
