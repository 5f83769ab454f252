#include "platform/linux/children.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>

#include "platform/linux/descriptor_fd.h"

namespace sekisho::platform {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(Children, SayHowTheirTaskEnded) {
  Children children;
  EXPECT_TRUE(children.Run("fine", seconds(5), [] { return Outcome(Done{}); }).ok());
  const Outcome bad =
      children.Run("bad", seconds(5), [] { return Outcome(MakeFailure(EBUSY, "unmount /mnt")); });
  EXPECT_EQ(bad.failure().code.value(), EBUSY);
  EXPECT_EQ(bad.failure().step, "unmount /mnt");
}

TEST(Children, ATaskThatHangsIsLeftBehind) {
  Children children;
  const auto start = std::chrono::steady_clock::now();
  const Outcome hung = children.Run("hang", milliseconds(100), [] {
    for (;;) pause();
    return Outcome(Done{});
  });
  EXPECT_EQ(hung.failure().code.value(), ETIMEDOUT);
  EXPECT_LT(std::chrono::steady_clock::now() - start, seconds(20));
}

TEST(Children, ATaskThatDiesIsAFailure) {
  Children children;
  const Outcome died = children.Run("die", seconds(5), [] {
    _exit(0);
    return Outcome(Done{});
  });
  EXPECT_FALSE(died.ok());
}

}  // namespace
}  // namespace sekisho::platform
