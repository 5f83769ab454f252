#ifndef SEKISHO_PROTO_CONTRACT_VOLUME_H_
#define SEKISHO_PROTO_CONTRACT_VOLUME_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sekisho::contract {

// "100MB", "4GB", "64KB", "1TB" in bytes, by powers of 1000 as makers of media count. Nothing for
// 0, for what is none, and above 2^60.
std::optional<std::uint64_t> ParseVolume(std::string_view text);

// "100MB": the largest unit in which it is whole; "1B" for bytes. 0 is empty.
std::string WriteVolume(std::uint64_t bytes);

}  // namespace sekisho::contract

#endif  // SEKISHO_PROTO_CONTRACT_VOLUME_H_
