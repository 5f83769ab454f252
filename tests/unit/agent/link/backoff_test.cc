#include "agent/link/backoff.h"

#include <gtest/gtest.h>

#include <random>

namespace sekisho::link {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(BackoffTest, TheCeilingDoublesWithEachFailureUpToTheCap) {
  const BackoffLimits limits;
  EXPECT_EQ(BackoffDelay(limits, 0, 1.0), seconds{1});
  EXPECT_EQ(BackoffDelay(limits, 1, 1.0), seconds{2});
  EXPECT_EQ(BackoffDelay(limits, 8, 1.0), seconds{256});
  EXPECT_EQ(BackoffDelay(limits, 9, 1.0), minutes{5});
  EXPECT_EQ(BackoffDelay(limits, 4'000'000'000u, 1.0), minutes{5});
}

TEST(BackoffTest, TheDelayIsSpreadEvenlyOverTheWholeOfTheCeiling) {
  const BackoffLimits limits;
  std::mt19937_64 generator(20261123);
  std::uniform_real_distribution<double> uniform(0.0, 1.0);
  constexpr int kDraws = 100'000;
  constexpr int kBins = 10;
  int bins[kBins] = {};
  for (int i = 0; i < kDraws; ++i) {
    const milliseconds delay = BackoffDelay(limits, 20, uniform(generator));
    ASSERT_GE(delay, milliseconds{0});
    ASSERT_LT(delay, milliseconds{minutes{5}});
    ++bins[delay / (milliseconds{minutes{5}} / kBins)];
  }
  // A tenth in each tenth; 5 % is 15 standard deviations away.
  for (const int count : bins) EXPECT_NEAR(count, kDraws / kBins, kDraws / kBins / 20);
}

TEST(BackoffTest, AStableMinuteStartsOverAndAShorterOneDoesNot) {
  Backoff backoff({}, [] { return 1.0; });
  EXPECT_EQ(backoff.AfterFailure(milliseconds{0}), seconds{1});
  EXPECT_EQ(backoff.AfterFailure(milliseconds{0}), seconds{2});
  EXPECT_EQ(backoff.AfterFailure(seconds{59}), seconds{4});
  EXPECT_EQ(backoff.AfterFailure(minutes{1}), seconds{1});
  EXPECT_EQ(backoff.AfterFailure(milliseconds{0}), seconds{2});
}

}  // namespace
}  // namespace sekisho::link
