#include "agent/link/log.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace sekisho::link {
namespace {

constexpr std::size_t kMaxLine = 800;

std::string_view Prefix(Severity severity) {
  static const bool journal = std::getenv("JOURNAL_STREAM") != nullptr;
  if (!journal) return "sekisho-link: ";
  switch (severity) {
    case Severity::kInfo:
      return "<6>";
    case Severity::kWarning:
      return "<4>";
  }
  return "";
}

}  // namespace

void Log(Severity severity, std::string_view line) {
  std::string text(Prefix(severity));
  text += line.substr(0, kMaxLine);
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
  text += '\n';
  std::fwrite(text.data(), 1, text.size(), stderr);
}

}  // namespace sekisho::link
