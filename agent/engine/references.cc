#include "agent/engine/references.h"

#include <cstdint>
#include <cstring>

#include "proto/contract/keys.h"

namespace sekisho::engine {
namespace {

constexpr std::uint32_t kReferences = 1'000'000;

}  // namespace

std::string DrawReference(const std::set<std::string>& open) {
  // Ports are some hundreds at most, so a free one is found in a draw or two.
  while (true) {
    std::uint32_t drawn = 0;
    std::memcpy(&drawn, contract::RandomBytes(sizeof drawn).data(), sizeof drawn);
    if (drawn >= UINT32_MAX / kReferences * kReferences)
      continue;  // no digit likelier than another
    std::string digits = std::to_string(drawn % kReferences);
    digits.insert(0, 6 - digits.size(), '0');
    if (!open.contains(digits)) return digits;
  }
}

}  // namespace sekisho::engine
