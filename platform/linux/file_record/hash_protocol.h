#ifndef SEKISHO_PLATFORM_LINUX_FILE_RECORD_HASH_PROTOCOL_H_
#define SEKISHO_PLATFORM_LINUX_FILE_RECORD_HASH_PROTOCOL_H_

#include <array>
#include <cstdint>

namespace sekisho::platform {

// Between agentd and sekisho-hash, over a SOCK_SEQPACKET pair on descriptor 0 of the latter; each
// of these is one message. A question carries the open file as its only descriptor.
struct HashQuestion {
  std::uint64_t id = 0;
};
struct HashAnswer {
  std::uint64_t id = 0;
  std::uint64_t size = 0;  // bytes that were read
  std::int32_t error = 0;  // errno of the read that failed; then there is no hash
  std::uint32_t unused = 0;
  std::array<std::uint8_t, 32> sha256{};
};
static_assert(sizeof(HashAnswer) == 56);

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_FILE_RECORD_HASH_PROTOCOL_H_
