#ifndef SEKISHO_PLATFORM_FAKE_LOGIN_WATCH_H_
#define SEKISHO_PLATFORM_FAKE_LOGIN_WATCH_H_

#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "platform/api/event_loop.h"
#include "platform/api/login_ways.h"
#include "platform/fake/signal_flag.h"

namespace sekisho::platform::fake {

// Ways in as a test writes them; a look is taken on the next turn of the loop.
class FakeLoginWatch : public LoginWatch {
 public:
  // `loop` outlives this.
  explicit FakeLoginWatch(EventLoop& loop) : loop_(loop) {}

  Waitable Readable() const override { return touched_.Readable(); }
  Touched Drain() override {
    touched_.Lower();
    return std::exchange(happened_, Touched::kNothing);
  }
  void Look(std::function<void(Result<std::vector<LoginWay>>)> seen) override {
    ++looks_;
    loop_.Post([this, seen = std::move(seen)] {
      if (failure_) return seen(*failure_);
      seen(ways_);
    });
  }

  void Put(std::vector<LoginWay> ways) {
    ways_ = std::move(ways);
    happened_ = Touched::kSomething;
    touched_.Raise();
  }
  void FailWith(std::optional<Failure> failure) { failure_ = std::move(failure); }
  int looks() const { return looks_; }

 private:
  EventLoop& loop_;
  SignalFlag touched_;
  Touched happened_ = Touched::kNothing;
  std::vector<LoginWay> ways_;
  std::optional<Failure> failure_;
  int looks_ = 0;
};

}  // namespace sekisho::platform::fake

#endif  // SEKISHO_PLATFORM_FAKE_LOGIN_WATCH_H_
