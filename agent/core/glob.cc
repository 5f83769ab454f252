#include "agent/core/glob.h"

namespace sekisho::core {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

// The place after the character at `at` (UTF-8: with the bytes that continue it).
std::size_t After(std::string_view text, std::size_t at) {
  ++at;
  while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80) ++at;
  return at;
}

}  // namespace

// The last star alone is ever widened: what an earlier one took can stay as short as it was, for
// whatever it might have left over, the later one can take as well.
bool GlobMatches(std::string_view glob, std::string_view text) {
  std::size_t g = 0;
  std::size_t t = 0;
  std::size_t star = kNone;  // the place after it
  std::size_t taken = 0;     // the text's place up to which that star reaches
  while (t < text.size()) {
    if (g < glob.size() && glob[g] == '*') {
      star = ++g;
      taken = t;
    } else if (g < glob.size() && glob[g] == '?') {
      ++g;
      t = After(text, t);
    } else if (g < glob.size() && glob[g] == text[t]) {
      ++g;
      ++t;
    } else if (star != kNone) {
      taken = After(text, taken);
      g = star;
      t = taken;
    } else {
      return false;
    }
  }
  while (g < glob.size() && glob[g] == '*') ++g;
  return g == glob.size();
}

bool HasWildcard(std::string_view glob) { return glob.find_first_of("*?") != kNone; }

std::string_view LiteralPrefix(std::string_view glob) {
  return glob.substr(0, glob.find_first_of("*?"));
}

}  // namespace sekisho::core
