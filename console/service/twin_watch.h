#ifndef SEKISHO_CONSOLE_SERVICE_TWIN_WATCH_H_
#define SEKISHO_CONSOLE_SERVICE_TWIN_WATCH_H_

#include <chrono>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "console/store/model.h"

namespace sekisho::console::service {

// What gives two machines with one identity away.
enum class TwinSign {
  // A boot that another had followed is back: nobody boots backwards.
  kBoot,
  // The machine had been up for longer than the one before it was silent: both lived at once.
  kStream,
  // It is not the hardware that the identity was made on.
  kHardware,
  // Two histories under the same numbers: a copy of a running machine.
  kRecord,
  // A certificate of an installation that another has followed.
  kKey,
};
// "boot", "stream", "hardware", "record", "key".
const char* Name(TwinSign sign);

// Watches what terminals say of themselves. In memory alone: a twin gives itself away anew after
// the console has started again. Thread-safe.
class TwinWatch {
 public:
  // What a verified Status that came at `now` gives away. `terminal` as it was when its stream was
  // opened.
  std::optional<TwinSign> Look(const store::TerminalRecord& terminal, const v1::Status& status,
                               std::chrono::nanoseconds now);
  // Whether it is time to say so: once an hour and terminal for each sign.
  bool ShouldTell(const store::TerminalRecord& terminal, TwinSign sign,
                  std::chrono::nanoseconds now);

 private:
  struct Seen {
    std::int64_t enrolment = 0;
    std::string boot_id;
    std::chrono::nanoseconds heard{};
    // Boots that others followed, oldest first.
    std::deque<std::string> left;
    std::string hardware;
    std::map<TwinSign, std::chrono::nanoseconds> told;
  };
  Seen& SeenOf(const store::TerminalRecord& terminal);  // with mutex_ held

  std::mutex mutex_;
  std::unordered_map<std::string, Seen> seen_;
};

}  // namespace sekisho::console::service

#endif  // SEKISHO_CONSOLE_SERVICE_TWIN_WATCH_H_
