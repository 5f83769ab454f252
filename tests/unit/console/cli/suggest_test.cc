#include "console/cli/suggest.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "console/cli/back_off.h"

namespace sekisho::console::cli {
namespace {

const std::vector<std::string> kCommands{"terminals", "tokens", "requests", "grants", "events"};

TEST(EditDistance, CountsASwapOfNeighboursAsOne) {
  EXPECT_EQ(EditDistance("grants", "grants"), 0);
  EXPECT_EQ(EditDistance("grnats", "grants"), 1);
  EXPECT_EQ(EditDistance("", "abc"), 3);
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3);
}

TEST(Nearest, FindsATypingMistake) {
  EXPECT_EQ(Nearest("terminls", kCommands), "terminals");
  EXPECT_EQ(Nearest("evnets", kCommands), "events");
  EXPECT_EQ(Nearest("term", kCommands), "terminals");
}

TEST(Nearest, IsSilentWhenNothingIsNear) {
  EXPECT_EQ(Nearest("printer", kCommands), std::nullopt);
  EXPECT_EQ(Nearest("", kCommands), std::nullopt);
  EXPECT_EQ(Nearest(std::string(100'000, 'a'), kCommands), std::nullopt);
}

TEST(BackOff, DoublesItsBoundUpToTheLongestAndStartsAgainAfterASuccess) {
  BackOff back_off([] { return 0.999; });
  EXPECT_LE(back_off.Next(), absl::Seconds(1));
  EXPECT_GT(back_off.Next(), absl::Seconds(1.9));
  for (int i = 0; i < 10; ++i) EXPECT_LE(back_off.Next(), BackOff::kLongest);
  EXPECT_GT(back_off.Next(), absl::Seconds(29));
  back_off.Reset();
  EXPECT_LE(back_off.Next(), absl::Seconds(1));
}

TEST(BackOff, MayWaitNotAtAll) {
  BackOff back_off([] { return 0.0; });
  EXPECT_EQ(back_off.Next(), absl::ZeroDuration());
}

}  // namespace
}  // namespace sekisho::console::cli
