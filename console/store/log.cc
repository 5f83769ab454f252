#include "console/log.h"

#include <cstdio>
#include <cstdlib>

namespace sekisho::console {
namespace {

const char* JournalPrefix(Severity severity) {
  static const bool under_systemd = std::getenv("JOURNAL_STREAM") != nullptr;
  if (!under_systemd) return "";
  switch (severity) {
    case Severity::kInfo:
      return "<6>";
    case Severity::kWarning:
      return "<4>";
    case Severity::kError:
      return "<3>";
  }
  return "";
}

}  // namespace

void Log(Severity severity, std::string_view message) {
  const std::string line = std::string(JournalPrefix(severity)) + std::string(message) + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
}

void LogLimiter::Log(Severity severity, const std::string& key, std::string_view message,
                     std::chrono::nanoseconds now) {
  {
    std::lock_guard lock(mutex_);
    auto found = last_.find(key);
    if (found != last_.end() && now - found->second < std::chrono::minutes(1)) return;
    if (found == last_.end() && last_.size() >= kMaxKeys) last_.clear();
    last_[key] = now;
  }
  console::Log(severity, message);
}

}  // namespace sekisho::console
