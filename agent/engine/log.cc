#include "agent/engine/log.h"

#include <algorithm>
#include <cstdio>
#include <string>

namespace sekisho::engine {

void Log(Severity severity, std::string_view line) {
  // A device's name or a program's must not begin a line of its own.
  std::string printable(line);
  std::ranges::replace_if(printable, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
  std::fprintf(stderr, "<%d>%s\n", static_cast<int>(severity), printable.c_str());
}

}  // namespace sekisho::engine
