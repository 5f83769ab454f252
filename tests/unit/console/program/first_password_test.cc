#include "console/program/first_password.h"

#include <gtest/gtest.h>
#include <pty.h>
#include <termios.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

namespace sekisho::console::program {
namespace {

constexpr char kGood[] = "correct horse battery\n";
constexpr char kEnd[] = "\x04";

class FirstPasswordTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(openpty(&person_, &terminal_, nullptr, nullptr, nullptr), 0); }
  void TearDown() override {
    close(person_);
    close(terminal_);
  }
  // Somebody who types `first` when the echo is off, and then the same again and again: what comes
  // between two questions is thrown away.
  absl::StatusOr<Password> AskWhileTyping(const std::string& first, const std::string& again) {
    testing::internal::CaptureStderr();
    std::jthread hands([&](std::stop_token stop) {
      termios now{};
      do {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        tcgetattr(terminal_, &now);
      } while ((now.c_lflag & ECHO) != 0 && !stop.stop_requested());
      EXPECT_EQ(write(person_, first.data(), first.size()), static_cast<ssize_t>(first.size()));
      while (!stop.stop_requested()) {
        EXPECT_EQ(write(person_, again.data(), again.size()), static_cast<ssize_t>(again.size()));
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      }
    });
    absl::StatusOr<Password> password = FirstPassword("", terminal_);
    hands = {};
    asked_ = testing::internal::GetCapturedStderr();
    return password;
  }
  int TimesAsked() const {
    int times = 0;
    for (std::size_t at = asked_.find("Password of"); at != std::string::npos;
         at = asked_.find("Password of", at + 1)) {
      ++times;
    }
    return times;
  }

  int person_ = -1;
  int terminal_ = -1;
  std::string asked_;
};

TEST_F(FirstPasswordTest, IsTypedTwice) {
  const absl::StatusOr<Password> password = AskWhileTyping(kGood, kGood);
  ASSERT_TRUE(password.ok()) << password.status();
  EXPECT_EQ(password->text, "correct horse battery");
  EXPECT_FALSE(password->generated);
  EXPECT_EQ(TimesAsked(), 1);
  EXPECT_NE(asked_.find("Again"), std::string::npos);
}

TEST_F(FirstPasswordTest, IsAskedThreeTimesWhenItIsTooShort) {
  const absl::StatusOr<Password> password = AskWhileTyping("short\n", "short\n");
  EXPECT_TRUE(absl::IsInvalidArgument(password.status())) << password.status();
  EXPECT_EQ(TimesAsked(), 3);
}

TEST_F(FirstPasswordTest, IsNotAskedAgainWhenTheInputHasEnded) {
  const absl::StatusOr<Password> password = AskWhileTyping(kEnd, kEnd);
  EXPECT_TRUE(absl::IsInvalidArgument(password.status())) << password.status();
  EXPECT_NE(password.status().message().find("ended"), std::string::npos) << password.status();
  EXPECT_NE(password.status().message().find("--admin-password-file"), std::string::npos);
  EXPECT_EQ(TimesAsked(), 1);
}

TEST_F(FirstPasswordTest, IsNoneWhenItIsNotTypedAgain) {
  const absl::StatusOr<Password> password = AskWhileTyping(kGood, kEnd);
  EXPECT_TRUE(absl::IsInvalidArgument(password.status())) << password.status();
  EXPECT_NE(password.status().message().find("again"), std::string::npos) << password.status();
  EXPECT_EQ(TimesAsked(), 1);
}

TEST_F(FirstPasswordTest, IsGeneratedWhereNobodyCanType) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const absl::StatusOr<Password> password = FirstPassword("", ends[0]);
  ASSERT_TRUE(password.ok()) << password.status();
  EXPECT_TRUE(password->generated);
  EXPECT_EQ(password->text.size(), 24u);
  for (const int end : ends) close(end);
}

TEST_F(FirstPasswordTest, IsTheFirstLineOfTheFileThatIsNamed) {
  const std::string path = testing::TempDir() + "first-password-" + std::to_string(getpid());
  std::ofstream(path) << "of the file itself\r\nand more\n";
  const absl::StatusOr<Password> password = FirstPassword(path, terminal_);
  std::filesystem::remove(path);
  ASSERT_TRUE(password.ok()) << password.status();
  EXPECT_EQ(password->text, "of the file itself");
  EXPECT_TRUE(absl::IsInvalidArgument(FirstPassword(path, terminal_).status())) << "it is gone";
}

}  // namespace
}  // namespace sekisho::console::program
