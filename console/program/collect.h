#ifndef SEKISHO_CONSOLE_PROGRAM_COLLECT_H_
#define SEKISHO_CONSOLE_PROGRAM_COLLECT_H_

#include <chrono>
#include <mutex>
#include <string>

#include "console/program/console.h"

namespace sekisho::console::program {

// What Prometheus is told of a console. Thread-safe.
class Collector {
 public:
  // `console` outlives this.
  Collector(Console& console, std::string data) : console_(console), data_(std::move(data)) {}
  // The page. Looking at every terminal costs: a page is not made anew more often than kKept.
  std::string Page();

 private:
  static constexpr std::chrono::seconds kKept{10};
  std::string Make();
  Console& console_;
  const std::string data_;
  std::mutex mutex_;
  std::string page_;
  std::chrono::nanoseconds made_{};
};

}  // namespace sekisho::console::program

#endif  // SEKISHO_CONSOLE_PROGRAM_COLLECT_H_
