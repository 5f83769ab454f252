#include "platform/linux/guard/file_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>

#include "platform/linux/clock.h"
#include "platform/linux/event_loop.h"
#include "tests/unit/platform/linux/scratch.h"

namespace sekisho::platform {
namespace {

using namespace std::chrono_literals;
using Word = GuardedFile::Word;

TEST(Look, IsReadAsItWasWritten) {
  GuardedFiles look;
  look.files = {{"/a b", "12", Word::kAgrees}, {"/gone", "", Word::kDisagrees}};
  look.taken = GuardedFiles::Taken::kMeanwhile;
  const std::optional<GuardedFiles> read = ParseLook(WriteLook(look));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->files, look.files);
  EXPECT_EQ(read->taken, look.taken);
  // A child that was killed in the middle.
  EXPECT_FALSE(ParseLook("12 = /a\n"));
  EXPECT_FALSE(ParseLook("12 = /a\nend at-re"));
  EXPECT_FALSE(ParseLook(""));
}

class FileWatchTest : public testing::Test {
 protected:
  FileWatchTest() {
    disk_.Write("etc/pam.d/sshd", "x");
    disk_.Write("etc/hosts", "x");
    loop_ = std::move(*MakeEventLoop());
    watch_ = std::move(*LinuxFileWatch::Start(*loop_, {.root = disk_.path()}));
  }
  // Until `watch_` has seen a write, or a while has passed.
  FileWatch::Touched Wait() {
    FileWatch::Touched touched = FileWatch::Touched::kNothing;
    const auto watching = loop_->WatchReadable(watch_->Readable(), [&] {
      touched = watch_->Drain();
      if (touched == FileWatch::Touched::kSomething) loop_->Stop();
    });
    const auto alarm = loop_->At(clock_.Now() + 500ms, [&] { loop_->Stop(); });
    loop_->Run([] { return BootTime::max(); });
    return touched;
  }
  Scratch disk_;
  LinuxClock clock_;
  std::unique_ptr<EventLoop> loop_;
  std::unique_ptr<LinuxFileWatch> watch_;
};

TEST_F(FileWatchTest, TellsOfAWriteToAGuardedFile) {
  disk_.Write("etc/pam.d/sshd", "y");
  EXPECT_EQ(Wait(), FileWatch::Touched::kSomething);
}

TEST_F(FileWatchTest, TellsOfANewFileWhereAnyFileCounts) {
  disk_.Write("etc/pam.d/backdoor", "y");
  EXPECT_EQ(Wait(), FileWatch::Touched::kSomething);
}

TEST_F(FileWatchTest, SaysNothingOfOthersFilesBesideGuardedOnes) {
  disk_.Write("etc/hosts", "y");
  EXPECT_EQ(Wait(), FileWatch::Touched::kNothing);
}

TEST_F(FileWatchTest, LooksInAChildAndAnswersOnTheLoop) {
  std::optional<GuardedFiles> seen;
  watch_->Look([&](Result<GuardedFiles> look) {
    ASSERT_TRUE(look.ok()) << look.failure().ToString();
    seen = *look;
    loop_->Stop();
  });
  EXPECT_FALSE(seen);
  const auto alarm = loop_->At(clock_.Now() + 20s, [&] { loop_->Stop(); });
  loop_->Run([] { return BootTime::max(); });
  ASSERT_TRUE(seen);
  ASSERT_EQ(seen->files.size(), 1u);
  EXPECT_EQ(seen->files[0].path, "/etc/pam.d/sshd");
}

}  // namespace
}  // namespace sekisho::platform
