#ifndef SEKISHO_AGENT_LINK_BACKOFF_H_
#define SEKISHO_AGENT_LINK_BACKOFF_H_

#include <chrono>
#include <functional>

namespace sekisho::link {

struct BackoffLimits {
  std::chrono::milliseconds base{1000};
  std::chrono::milliseconds cap{std::chrono::minutes{5}};
  // A connection that lasted this long counts as a success: the next failure starts over.
  std::chrono::milliseconds stable{std::chrono::minutes{1}};
};

// Full jitter (M. Brooker, "Exponential Backoff And Jitter"): uniform over
// [0, min(cap, base * 2^failures)), so that a fleet that lost its console together does not come
// back together. `uniform` is in [0, 1).
std::chrono::milliseconds BackoffDelay(const BackoffLimits& limits, unsigned failures,
                                       double uniform);

// Counts failures. Not thread-safe.
class Backoff {
 public:
  // `uniform` gives the next random number in [0, 1).
  Backoff(BackoffLimits limits, std::function<double()> uniform);
  // How long to wait after an attempt that ended; `connected_for` is how long it had stood (zero if
  // it never did).
  std::chrono::milliseconds AfterFailure(std::chrono::milliseconds connected_for);
  // The next failure is the first.
  void Reset() { failures_ = 0; }

 private:
  BackoffLimits limits_;
  std::function<double()> uniform_;
  unsigned failures_ = 0;
};

}  // namespace sekisho::link

#endif  // SEKISHO_AGENT_LINK_BACKOFF_H_
