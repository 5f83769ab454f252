#ifndef SEKISHO_CONSOLE_CLI_BACK_OFF_H_
#define SEKISHO_CONSOLE_CLI_BACK_OFF_H_

#include <functional>

#include "absl/time/time.h"

namespace sekisho::console::cli {

// How long to wait before the next attempt: full jitter (anything up to a bound that doubles from
// 1 s to 30 s), so that a room full of watchers does not come back in step.
class BackOff {
 public:
  static constexpr absl::Duration kFirst = absl::Seconds(1);
  static constexpr absl::Duration kLongest = absl::Seconds(30);

  BackOff();
  // `random` returns 0 ≤ x < 1.
  explicit BackOff(std::function<double()> random);
  absl::Duration Next();
  // An attempt succeeded.
  void Reset();

 private:
  std::function<double()> random_;
  absl::Duration bound_ = kFirst;
};

}  // namespace sekisho::console::cli

#endif  // SEKISHO_CONSOLE_CLI_BACK_OFF_H_
