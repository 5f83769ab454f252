#ifndef SEKISHO_AGENT_ENGINE_STATE_FILE_H_
#define SEKISHO_AGENT_ENGINE_STATE_FILE_H_

#include <string>
#include <string_view>
#include <variant>

namespace sekisho::engine {

// Why bytes are not a state file of ours.
enum class StateFault { kTruncated, kGarbage, kNewerVersion, kDamaged };

// "truncated", "garbage", "newer-version", "damaged": the causes of STATE_SET_ASIDE.
const char* Name(StateFault fault);

// A frame around a payload: magic (8 bytes), version and payload length (32 bits each, big-endian),
// SHA-256 of the payload, payload. The hash is against rot, not against an attacker: what must be
// authentic is signed inside.
std::string WriteStateFile(std::string_view payload);
std::variant<std::string, StateFault> ReadStateFile(std::string_view bytes);

}  // namespace sekisho::engine

#endif  // SEKISHO_AGENT_ENGINE_STATE_FILE_H_
