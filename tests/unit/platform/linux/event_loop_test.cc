#include "platform/linux/event_loop.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/eventfd.h>

#include <thread>
#include <vector>

#include "platform/linux/clock.h"
#include "platform/linux/descriptor_fd.h"

namespace sekisho::platform {
namespace {

using std::chrono::milliseconds;

class LoopTest : public testing::Test {
 protected:
  void Run() {
    loop_->Run([this] { return clock_.Now() + std::chrono::minutes(1); });
  }
  std::unique_ptr<EventLoop> loop_ = std::move(*MakeEventLoop());
  LinuxClock clock_;
  // No test hangs for ever.
  std::unique_ptr<EventLoop::Handle> end_ =
      loop_->At(clock_.Now() + std::chrono::seconds(30), [this] {
        ADD_FAILURE() << "took too long";
        loop_->Stop();
      });
};

TEST_F(LoopTest, AlarmsComeInOrderAndNeverEarly) {
  std::vector<int> order;
  const BootTime start = clock_.Now();
  BootTime came{};
  const auto second = loop_->At(start + milliseconds(30), [&] {
    order.push_back(2);
    came = clock_.Now();
    loop_->Stop();
  });
  const auto first = loop_->At(start - milliseconds(5), [&] { order.push_back(1); });
  Run();
  EXPECT_EQ(order, (std::vector{1, 2}));
  EXPECT_GE(came, start + milliseconds(30));
}

TEST_F(LoopTest, AWatchCallsAsLongAsItIsReadableAndMayEndItself) {
  const Fd event(eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK));
  int calls = 0;
  std::unique_ptr<EventLoop::Handle> watch;
  watch = loop_->WatchReadable(event.get(), [&] {
    if (++calls == 3) {
      watch.reset();  // not drained: it would call for ever
      loop_->Post([this] { loop_->Post([this] { loop_->Stop(); }); });
    }
  });
  Run();
  EXPECT_EQ(calls, 3);
}

TEST_F(LoopTest, AnAlarmThatWasLetGoNeverComes) {
  bool came = false;
  loop_->At(clock_.Now(), [&] { came = true; });
  const auto end = loop_->At(clock_.Now() + milliseconds(20), [&] { loop_->Stop(); });
  Run();
  EXPECT_FALSE(came);
}

TEST_F(LoopTest, IsStoppedFromAnotherThread) {
  std::jthread other([this] { loop_->Stop(); });
  Run();
}

// Whoever ends last may still want to set an alarm: the reporter does, for the word that it stops.
TEST_F(LoopTest, OnceItHasEndedAlarmsAndWatchesAreMadeAndNeverCome) {
  loop_->Post([this] { loop_->Stop(); });
  Run();
  const Fd event(eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK));
  bool came = false;
  const auto alarm = loop_->At(clock_.Now(), [&] { came = true; });
  const auto watch = loop_->WatchReadable(event.get(), [&] { came = true; });
  loop_->Post([&] { came = true; });
  EXPECT_NE(alarm, nullptr);
  EXPECT_NE(watch, nullptr);
  EXPECT_FALSE(came);
}

TEST_F(LoopTest, IsStoppedBySigterm) {
  loop_->Post([] { kill(getpid(), SIGTERM); });
  Run();
}

}  // namespace
}  // namespace sekisho::platform
