#include "agent/engine/look_timer.h"

#include <algorithm>
#include <utility>

namespace sekisho::engine {

void LookTimer::Start() {
  watching_ = loop_.WatchReadable(watch_.Readable(), [this] { Touched(); });
  Look();
}

void LookTimer::Now() {
  if (under_ == Under::kNothing) {
    Look();
  } else {
    under_ = Under::kLookAndTouched;
  }
}

LookTimer::Meanwhile LookTimer::Ended() {
  return std::exchange(under_, Under::kNothing) == Under::kLookAndTouched ? Meanwhile::kTouched
                                                                          : Meanwhile::kQuiet;
}

void LookTimer::Again(std::chrono::milliseconds after) { LookAt(clock_.Now() + after); }

void LookTimer::Touched() {
  if (watch_.Drain() == platform::TouchWatch::Touched::kNothing) return;
  if (under_ != Under::kNothing) {
    under_ = Under::kLookAndTouched;
    return;
  }
  if (!since_) since_ = clock_.Now();
  LookAt(std::min<platform::BootTime>(clock_.Now() + pace_.quiet, *since_ + pace_.latest));
}

void LookTimer::LookAt(platform::BootTime when) {
  alarm_ = loop_.At(when, [this] { Look(); });
}

void LookTimer::Look() {
  alarm_.reset();
  since_.reset();
  under_ = Under::kLook;
  look_();
}

}  // namespace sekisho::engine
