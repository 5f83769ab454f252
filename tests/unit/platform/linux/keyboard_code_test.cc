#include "platform/linux/keyboard_code.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <vector>

#include "platform/linux/clock.h"
#include "platform/linux/event_loop.h"
#include "tests/unit/platform/linux/scratch.h"

namespace sekisho::platform {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr unsigned kNobody = 65534;
constexpr unsigned kInput = 65533;
constexpr int kShownBefore = 2;

// Real processes, of programs that misbehave as a captured worker would; the screen is a pipe.
class KeyboardCodeTest : public testing::Test {
 protected:
  void SetUp() override {
    MakeLoop();
    if (getuid() != 0) GTEST_SKIP() << "changes its user: run as root";
    std::filesystem::permissions(programs_.path(), std::filesystem::perms(0755));
    sysfs_.Plug("2-1", "A1", KeyboardDescriptors());
    int ends[2] = {-1, -1};
    ASSERT_EQ(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
    screen_ = Fd(ends[0]);
    const int writing = ends[1];
    screen_end_ = Fd(writing);
    worker_.uid = kNobody;
    worker_.gid = kNobody;
    worker_.input_gid = kInput;
    worker_.take_screen = [writing](const std::function<void(int)>& before) {
      before(kShownBefore);
      return Result<Fd>(Fd(dup(writing)));
    };
    worker_.give_back = [this](int before) { given_back_.push_back(before); };
  }
  // One that was stopped does not run again.
  void MakeLoop() {
    end_.reset();
    loop_ = std::move(*MakeEventLoop());
    end_ = loop_->At(clock_.Now() + seconds(60), [this] {
      ADD_FAILURE() << "took too long";
      loop_->Stop();
    });
  }
  std::string OnTheScreen() {
    std::string seen(65536, '\0');
    const ssize_t n = read(screen_.get(), seen.data(), seen.size());
    seen.resize(n < 0 ? 0 : static_cast<std::size_t>(n));
    return seen;
  }

  void Does(const std::string& script) {
    programs_.Write("worker", "#!/bin/sh\n" + script + "\n");
    worker_.program = programs_.path("worker");
    ASSERT_EQ(chmod(worker_.program.c_str(), 0755), 0);
  }
  KeyboardCode::Steps Steps() {
    return {.shown = [this] { said_.push_back("shown"); },
            .judged =
                [this](KeyboardCode::Verdict verdict, unsigned attempts) {
                  verdict_ = verdict;
                  said_.push_back("judged " + std::to_string(attempts));
                  loop_->Stop();
                },
            .failed =
                [this](const Failure& failure) {
                  said_.push_back("failed");
                  failure_ = failure;
                  loop_->Stop();
                }};
  }
  std::unique_ptr<KeyboardCode::Round> Begin(LinuxKeyboardCode& code) {
    return code.Begin(**SysfsDevice::Open(sysfs_.path(), "2-1"), Steps());
  }
  void Run() {
    loop_->Run([this] { return clock_.Now() + std::chrono::minutes(1); });
  }

  Scratch programs_;
  ScratchSysfs sysfs_;
  Fd screen_;
  Fd screen_end_;
  LinuxClock clock_;
  std::unique_ptr<EventLoop> loop_;
  std::unique_ptr<EventLoop::Handle> end_;
  KeyboardCodeWorker worker_;
  std::vector<std::string> said_;
  std::vector<int> given_back_;
  KeyboardCode::Verdict verdict_ = KeyboardCode::Verdict::kLate;
  Failure failure_;
};

TEST_F(KeyboardCodeTest, TheWorkersVerdictArrivesAndTheScreenIsHeldUntilTheRoundEnds) {
  Does("echo shown; echo right 2; exec sleep 60");
  LinuxKeyboardCode code(*loop_, clock_, worker_);
  auto round = Begin(code);
  Run();
  EXPECT_THAT(said_, ElementsAre("shown", "judged 2"));
  EXPECT_EQ(verdict_, KeyboardCode::Verdict::kRight);
  EXPECT_THAT(given_back_, IsEmpty());
  round.reset();
  EXPECT_THAT(given_back_, ElementsAre(kShownBefore));
}

TEST_F(KeyboardCodeTest, WrongAndLateAreToldApart) {
  Does("echo shown; echo wrong 3; exec sleep 60");
  LinuxKeyboardCode code(*loop_, clock_, worker_);
  const auto round = Begin(code);
  Run();
  EXPECT_EQ(verdict_, KeyboardCode::Verdict::kWrong);
  EXPECT_THAT(said_, ElementsAre("shown", "judged 3"));
}

TEST_F(KeyboardCodeTest, TheWorkerIsNobodyWithTheDeviceAndTheScreenAndNothingElse) {
  // The shell's own words alone: a worker starts no process.
  Does(
      "{ while read -r line; do echo \"$line\"; done </proc/self/status;"
      "  for fd in 0 1 2 3 4 5 6 7 8 9; do [ -e /proc/self/fd/$fd ] && echo has $fd; done;"
      "  read -r serial </proc/self/fd/3/serial; echo \"serial $serial\"; } >&4\n"
      "echo shown; echo late 0; exec sleep 60");
  LinuxKeyboardCode code(*loop_, clock_, worker_);
  const auto round = Begin(code);
  Run();
  const std::string seen = OnTheScreen();
  EXPECT_THAT(seen, HasSubstr("Uid:\t65534\t65534\t65534\t65534"));
  EXPECT_THAT(seen, HasSubstr("Gid:\t65534\t65534\t65534\t65534"));
  EXPECT_THAT(seen, HasSubstr("Groups:\t65533"));
  EXPECT_THAT(seen, HasSubstr("CapEff:\t0000000000000000"));
  EXPECT_THAT(seen, HasSubstr("NoNewPrivs:\t1"));
  EXPECT_THAT(seen, HasSubstr("has 4\n"));
  EXPECT_THAT(seen, Not(HasSubstr("has 5\n")));
  EXPECT_THAT(seen, HasSubstr("serial A1"));
}

TEST_F(KeyboardCodeTest, AWorkerThatDiesGivesNoVerdict) {
  Does("echo shown; kill -9 $$");
  LinuxKeyboardCode code(*loop_, clock_, worker_);
  auto round = Begin(code);
  Run();
  EXPECT_THAT(said_, ElementsAre("shown", "failed"));
  EXPECT_EQ(failure_.code.value(), ECHILD);
  EXPECT_THAT(given_back_, IsEmpty()) << "the device is shut first";
  round.reset();
  EXPECT_THAT(given_back_, ElementsAre(kShownBefore));
}

TEST_F(KeyboardCodeTest, AVerdictBeforeTheCodeIsShownCountsForNothing) {
  for (const char* script :
       {"echo right 1", "echo shown; echo right", "echo shown; echo right 9999",
        "echo shown; echo shown", "echo shown; echo RIGHT 1", "echo shown; printf '%0200d' 0"}) {
    MakeLoop();
    said_.clear();
    Does(std::string(script) + "; exec sleep 60");
    LinuxKeyboardCode code(*loop_, clock_, worker_);
    const auto round = Begin(code);
    Run();
    ASSERT_FALSE(said_.empty()) << script;
    EXPECT_EQ(said_.back(), "failed") << script;
    EXPECT_EQ(failure_.code.value(), EPROTO) << script;
  }
}

TEST_F(KeyboardCodeTest, AScreenThatIsNotToBeHadIsNoRound) {
  worker_.take_screen = [](const std::function<void(int)>& before) -> Result<Fd> {
    before(kShownBefore);
    return Failure{std::error_code(ETIMEDOUT, std::generic_category()), "show a screen"};
  };
  Does("echo shown");
  LinuxKeyboardCode code(*loop_, clock_, worker_);
  auto round = Begin(code);
  Run();
  EXPECT_THAT(said_, ElementsAre("failed"));
  EXPECT_EQ(failure_.code.value(), ETIMEDOUT);
  round.reset();
  EXPECT_THAT(given_back_, ElementsAre(kShownBefore)) << "it may still be shown some day";
}

TEST_F(KeyboardCodeTest, AWorkerThatHangsIsNotWaitedFor) {
  worker_.until_shown = seconds(1);
  Does("exec sleep 60");
  LinuxKeyboardCode code(*loop_, clock_, worker_);
  {
    const auto round = Begin(code);
    Run();
  }
  EXPECT_THAT(said_, ElementsAre("failed"));
  EXPECT_EQ(failure_.code.value(), ETIMEDOUT);
}

TEST_F(KeyboardCodeTest, ThereIsOneScreen) {
  Does("exec sleep 60");
  LinuxKeyboardCode code(*loop_, clock_, worker_);
  const auto first = Begin(code);
  const auto second = Begin(code);
  Run();
  EXPECT_EQ(failure_.code.value(), EALREADY);
}

TEST_F(KeyboardCodeTest, OnlyItsOwnScreenIsGivenBackAfterADeath) {
  int shown = 2;
  worker_.shown_screen = [&] { return Result<int>(shown); };
  LinuxKeyboardCode code(*loop_, clock_, worker_);
  code.GiveBackScreen();
  EXPECT_THAT(given_back_, IsEmpty());
  shown = kOwnScreen;
  code.GiveBackScreen();
  EXPECT_THAT(given_back_, ElementsAre(1));
}

}  // namespace
}  // namespace sekisho::platform
