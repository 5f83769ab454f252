#include "proto/contract/volume.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace sekisho::contract {
namespace {

struct Unit {
  const char* name;
  std::uint64_t bytes;
};
// The largest first, and what ends in it before plain bytes.
constexpr Unit kUnits[] = {
    {"TB", 1'000'000'000'000}, {"GB", 1'000'000'000}, {"MB", 1'000'000}, {"KB", 1'000}, {"B", 1}};
constexpr std::uint64_t kMost = std::uint64_t{1} << 60;

}  // namespace

std::optional<std::uint64_t> ParseVolume(std::string_view text) {
  for (const Unit& unit : kUnits) {
    const std::string_view name = unit.name;
    if (!text.ends_with(name)) continue;
    const std::string number(text.substr(0, text.size() - name.size()));
    std::uint64_t count = 0;
    if (number.find_first_not_of("0123456789") != std::string::npos ||
        !absl::SimpleAtoi(number, &count) || count == 0 || count > kMost / unit.bytes) {
      return std::nullopt;
    }
    return count * unit.bytes;
  }
  return std::nullopt;
}

std::string WriteVolume(std::uint64_t bytes) {
  for (const Unit& unit : kUnits) {
    if (bytes != 0 && bytes % unit.bytes == 0) return absl::StrCat(bytes / unit.bytes, unit.name);
  }
  return "";
}

}  // namespace sekisho::contract
