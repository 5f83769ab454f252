#ifndef SEKISHO_CONSOLE_LOG_H_
#define SEKISHO_CONSOLE_LOG_H_

#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace sekisho::console {

enum class Severity { kInfo, kWarning, kError };

// One line on stderr with the journal's priority prefix (sd-daemon(3)) when under systemd. Never
// give it secrets or the contents of records.
void Log(Severity severity, std::string_view message);

// Lets one line a minute through for each key, so that a hostile client cannot fill the disk.
// Thread-safe; remembers a bounded number of keys.
class LogLimiter {
 public:
  // Logs unless a line with this key was logged within the last minute by `now`.
  void Log(Severity severity, const std::string& key, std::string_view message,
           std::chrono::nanoseconds now);

 private:
  static constexpr std::size_t kMaxKeys = 10000;
  std::mutex mutex_;
  std::map<std::string, std::chrono::nanoseconds> last_;
};

}  // namespace sekisho::console

#endif  // SEKISHO_CONSOLE_LOG_H_
