#include "console/cli/back_off.h"

#include <algorithm>
#include <random>
#include <utility>

namespace sekisho::console::cli {

BackOff::BackOff()
    : BackOff([engine = std::mt19937(std::random_device()())]() mutable {
        return std::uniform_real_distribution<double>(0.0, 1.0)(engine);
      }) {}

BackOff::BackOff(std::function<double()> random) : random_(std::move(random)) {}

absl::Duration BackOff::Next() {
  const absl::Duration wait = bound_ * random_();
  bound_ = std::min(bound_ * 2, kLongest);
  return wait;
}

void BackOff::Reset() { bound_ = kFirst; }

}  // namespace sekisho::console::cli
