#include "agent/link/backoff.h"

#include <algorithm>
#include <utility>

namespace sekisho::link {

std::chrono::milliseconds BackoffDelay(const BackoffLimits& limits, unsigned failures,
                                       double uniform) {
  // Doubles step by step: a shift by the number of failures would overflow after a long outage.
  std::chrono::milliseconds ceiling = std::min(limits.base, limits.cap);
  for (unsigned i = 0; i < failures && ceiling < limits.cap; ++i) {
    ceiling = std::min(ceiling * 2, limits.cap);
  }
  const auto delay = static_cast<std::chrono::milliseconds::rep>(
      std::clamp(uniform, 0.0, 1.0) * static_cast<double>(ceiling.count()));
  return std::chrono::milliseconds{delay};
}

Backoff::Backoff(BackoffLimits limits, std::function<double()> uniform)
    : limits_(limits), uniform_(std::move(uniform)) {}

std::chrono::milliseconds Backoff::AfterFailure(std::chrono::milliseconds connected_for) {
  if (connected_for >= limits_.stable) failures_ = 0;
  const std::chrono::milliseconds delay = BackoffDelay(limits_, failures_, uniform_());
  ++failures_;
  return delay;
}

}  // namespace sekisho::link
