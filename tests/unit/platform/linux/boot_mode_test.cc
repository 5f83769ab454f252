#include "platform/linux/boot_mode.h"

#include <gtest/gtest.h>

namespace sekisho::platform {
namespace {

using std::chrono::seconds;

TEST(NextBootFile, WhatIsWrittenReadsBack) {
  for (const BootMode mode : {BootMode::kObserve, BootMode::kTrial, BootMode::kEnforce}) {
    const std::optional<NextBoot> read = ParseNextBoot(WriteNextBoot({mode, seconds(120)}));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->mode, mode);
    EXPECT_EQ(read->trial, seconds(120));
  }
  EXPECT_EQ(WriteNextBoot({BootMode::kTrial, seconds(900)}),
            "sekisho-mode 1\nmode trial\ntrial-seconds 900\nend\n");
}

TEST(NextBootFile, NothingThatIsNotWholeOpensAnything) {
  EXPECT_EQ(NextBootOf(std::nullopt).mode, BootMode::kEnforce) << "an installation of before modes";
  const std::string whole = WriteNextBoot({BootMode::kObserve, seconds(900)});
  EXPECT_EQ(NextBootOf(whole).mode, BootMode::kObserve);
  for (std::size_t n = 0; n < whole.size(); ++n) {
    EXPECT_EQ(NextBootOf(whole.substr(0, n)).mode, BootMode::kEnforce) << n;
  }
  for (const char* text :
       {"sekisho-mode 2\nmode observe\ntrial-seconds 900\nend\n",
        "sekisho-mode 1\nmode off\ntrial-seconds 900\nend\n",
        "sekisho-mode 1\nmode rescue\ntrial-seconds 900\nend\n",
        "sekisho-mode 1\nmode observe\ntrial-seconds 59\nend\n",
        "sekisho-mode 1\nmode observe\ntrial-seconds 86401\nend\n",
        "sekisho-mode 1\nmode observe\ntrial-seconds -900\nend\n",
        "sekisho-mode 1\nmode observe\ntrial-seconds 900\nend\nmode enforce\n"}) {
    EXPECT_EQ(NextBootOf(text).mode, BootMode::kEnforce) << text;
  }
}

TEST(ThisBootFile, WhatIsWrittenReadsBack) {
  for (const char* undone : {"", "initramfs", "running"}) {
    const ThisBoot boot{BootMode::kObserve, BootTime(123456789), undone};
    const std::optional<ThisBoot> read = ParseThisBoot(WriteThisBoot(boot));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->mode, BootMode::kObserve);
    EXPECT_EQ(read->trial_deadline, BootTime(123456789));
    EXPECT_EQ(read->undone, undone);
  }
}

TEST(ThisBootFile, NoPartOfARecordIsARecord) {
  const std::string whole = WriteThisBoot({BootMode::kTrial, BootTime(1), "running"});
  for (std::size_t n = 0; n < whole.size(); ++n) EXPECT_FALSE(ParseThisBoot(whole.substr(0, n)));
  EXPECT_FALSE(ParseThisBoot(WriteThisBoot({BootMode::kTrial, BootTime(1), "elsewhere"})));
  std::string later = whole;
  later.replace(later.find('1'), 1, "2");
  EXPECT_FALSE(ParseThisBoot(later)) << later;
}

}  // namespace
}  // namespace sekisho::platform
