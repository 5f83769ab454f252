#include "platform/linux/logins/login_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "platform/linux/clock.h"
#include "platform/linux/event_loop.h"
#include "tests/unit/platform/linux/scratch.h"

namespace sekisho::platform {
namespace {

using namespace std::chrono_literals;
using Factors = LoginWay::Factors;
using testing::ElementsAre;

TEST(LoginWaysText, IsReadAsItWasWritten) {
  const std::vector<LoginWay> ways = {{Factors::kOne, "gdm autologin", {"AutomaticLoginEnable"}},
                                      {Factors::kTwo, "login", {}},
                                      {Factors::kOne, "su", {"pam_unix.so", "pam_x.so"}},
                                      {Factors::kNoLogin, "cron", {}},
                                      {Factors::kRefuses, "other", {}},
                                      {Factors::kUnknown, "sshd -T", {"exit 1"}}};
  const std::string text = WriteLoginWays(ways);
  EXPECT_EQ(ParseLoginWays(text), ways);
  EXPECT_EQ(ParseLoginWays(WriteLoginWays({})), std::vector<LoginWay>());
  // A child that was killed in the middle.
  for (std::size_t n = 0; n < text.size(); ++n) EXPECT_FALSE(ParseLoginWays(text.substr(0, n)));
  for (const char* wrong : {"one\nend", "three\tlogin\nend", "\tlogin\nend", "end\nend"}) {
    EXPECT_FALSE(ParseLoginWays(wrong)) << wrong;
  }
}

TEST(LoginWaysText, ANameAcrossLinesIsOneWay) {
  const auto read = ParseLoginWays(WriteLoginWays({{Factors::kOne, "a\ntwo\tb", {"c\td"}}}));
  ASSERT_TRUE(read);
  EXPECT_THAT(*read, ElementsAre(LoginWay{Factors::kOne, "a?two?b", {"c?d"}}));
}

// Real files, a real child.
class LoginWatchTest : public testing::Test {
 protected:
  LoginWatchTest() {
    disk_.Write("etc/pam.d/login", kTwo);
    loop_ = std::move(*MakeEventLoop());
    watch_ = std::move(*LinuxLoginWatch::Start(*loop_, disk_.path()));
  }
  Result<std::vector<LoginWay>> Look() {
    Result<std::vector<LoginWay>> seen = MakeFailure(ETIMEDOUT, "look");
    watch_->Look([&](Result<std::vector<LoginWay>> ways) {
      seen = std::move(ways);
      loop_->Stop();
    });
    RunAtMost(30s);
    return seen;
  }
  LoginWatch::Touched Wait() {
    LoginWatch::Touched touched = LoginWatch::Touched::kNothing;
    const auto watching = loop_->WatchReadable(watch_->Readable(), [&] {
      touched = watch_->Drain();
      if (touched == LoginWatch::Touched::kSomething) loop_->Stop();
    });
    RunAtMost(500ms);
    return touched;
  }
  void RunAtMost(std::chrono::milliseconds bound) {
    const auto alarm = loop_->At(clock_.Now() + bound, [&] { loop_->Stop(); });
    loop_->Run([] { return BootTime::max(); });
  }

  static constexpr char kTwo[] = "auth required pam_unix.so\nauth required pam_sekisho.so\n";
  Scratch disk_;
  LinuxClock clock_;
  std::unique_ptr<EventLoop> loop_;
  std::unique_ptr<LinuxLoginWatch> watch_;
};

TEST_F(LoginWatchTest, LooksInAChild) {
  const auto ways = Look();
  ASSERT_TRUE(ways.ok()) << ways.failure().ToString();
  EXPECT_THAT(*ways, ElementsAre(LoginWay{Factors::kTwo, "login", {}}));
}

TEST_F(LoginWatchTest, ALineThatWasTakenOutIsSeen) {
  disk_.Write("etc/pam.d/login", "auth required pam_unix.so\n");
  const auto ways = Look();
  ASSERT_TRUE(ways.ok());
  EXPECT_THAT(*ways, ElementsAre(LoginWay{Factors::kOne, "login", {"pam_unix.so"}}));
}

TEST_F(LoginWatchTest, TellsOfAnEdit) {
  disk_.Write("etc/pam.d/login", "auth required pam_unix.so\n");
  EXPECT_EQ(Wait(), LoginWatch::Touched::kSomething);
}

TEST_F(LoginWatchTest, TellsOfAFolderThatComesLater) {
  disk_.Write("etc/gdm3/daemon.conf", "[daemon]\nAutomaticLoginEnable=true\n");
  EXPECT_EQ(Wait(), LoginWatch::Touched::kSomething);
}

TEST_F(LoginWatchTest, IsNotWokenByWhatIsNobodysWayIn) {
  disk_.Write("etc/hosts", "x");
  EXPECT_EQ(Wait(), LoginWatch::Touched::kNothing);
}

}  // namespace
}  // namespace sekisho::platform
