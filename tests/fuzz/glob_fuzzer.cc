// A glob, a line break and a text: as the definition says, and as an index by prefix may rely on.
#include <cstdint>
#include <string_view>
#include <vector>

#include "agent/core/glob.h"
#include "tests/fuzz/check.h"

namespace {

// By the definition: which beginnings of the two match. Of ASCII, where a character is a byte.
bool MatchesByTable(std::string_view glob, std::string_view text) {
  std::vector<char> row(text.size() + 1, 0);
  row[0] = 1;
  for (const char each : glob) {
    std::vector<char> next(text.size() + 1, 0);
    if (each == '*') next[0] = row[0];
    for (std::size_t t = 1; t <= text.size(); ++t) {
      next[t] = each == '*'
                    ? static_cast<char>(row[t] != 0 || next[t - 1] != 0)
                    : static_cast<char>(row[t - 1] != 0 && (each == '?' || each == text[t - 1]));
    }
    row = next;
  }
  return row[text.size()] != 0;
}

bool IsAscii(std::string_view text) {
  for (const char each : text) {
    if (static_cast<unsigned char>(each) >= 0x80) return false;
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sekisho;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t line = input.find('\n');
  if (line == std::string_view::npos || line > core::kMaxGlobBytes || size - line > 512) return 0;
  const std::string_view glob = input.substr(0, line);
  const std::string_view text = input.substr(line + 1);
  const bool matches = core::GlobMatches(glob, text);
  if (IsAscii(glob) && IsAscii(text)) FUZZ_CHECK(matches == MatchesByTable(glob, text));
  if (matches) FUZZ_CHECK(text.starts_with(core::LiteralPrefix(glob)));
  if (!core::HasWildcard(glob)) FUZZ_CHECK(matches == (glob == text));
  return 0;
}
