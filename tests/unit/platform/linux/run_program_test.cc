#include "platform/linux/run_program.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <string>

namespace sekisho::platform {
namespace {

TEST(RunProgramTest, HandsOverItsInputAndNothingElse) {
  const Result<std::string> said = OutputOf({"/bin/cat"}, 100, "one\ntwo\n");
  ASSERT_TRUE(said.ok()) << said.failure().ToString();
  EXPECT_EQ(*said, "one\ntwo\n");
}

TEST(RunProgramTest, RefusesMoreInputThanAPipeTakesUnread) {
  const Result<std::string> said = OutputOf({"/bin/cat"}, 100, std::string(4097, 'x'));
  ASSERT_FALSE(said.ok());
  EXPECT_EQ(said.failure().code.value(), EFBIG);
}

TEST(RunProgramTest, RefusesMoreOutputThanItsLimitAndStillWaits) {
  const Result<std::string> said = OutputOf({"/bin/sh", "-c", "head -c 200000 /dev/zero"}, 100);
  ASSERT_FALSE(said.ok());
  EXPECT_EQ(said.failure().code.value(), EFBIG);
}

TEST(RunProgramTest, SaysWhatIsNotInstalledAndWhatFailed) {
  EXPECT_EQ(RunProgram({"/nowhere"}).failure().code.value(), ENOENT);
  EXPECT_EQ(RunProgram({"/bin/false"}).failure().code.value(), EIO);
}

}  // namespace
}  // namespace sekisho::platform
