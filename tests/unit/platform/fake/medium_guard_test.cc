#include "platform/fake/medium_guard.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <chrono>

#include "platform/fake/clock.h"

namespace sekisho::platform::fake {
namespace {

using std::chrono::seconds;

const MediumNode kCard{MediumNode::Kind::kBlock, 179, 0, 7, "mmcblk0"};
const MediumNode kNext{MediumNode::Kind::kBlock, 179, 0, 8, "mmcblk0"};

TEST(FakeMediumGuard, RefusesWhatNobodyAdmittedAndTellsOfItOnce) {
  ManualClock clock;
  FakeMediumGuard guard(clock);
  guard.Appear(kCard);
  EXPECT_FALSE(guard.Try(kCard, MediumRefusal::Operation::kOpen));
  EXPECT_FALSE(guard.Try(kCard, MediumRefusal::Operation::kOpen));
  const auto refusals = guard.Drain();
  ASSERT_EQ(refusals.size(), 1U);
  EXPECT_EQ(refusals[0].node, kCard);
  EXPECT_EQ(refusals[0].count, 2U);
  EXPECT_TRUE(guard.Drain().empty());
}

TEST(FakeMediumGuard, AnAdmissionEndsOnItsDeadline) {
  ManualClock clock;
  FakeMediumGuard guard(clock);
  guard.Appear(kCard);
  ASSERT_TRUE(guard.Admit(kCard, MediumAccess::kReadOnly, clock.Now() + seconds(60)).ok());
  EXPECT_TRUE(guard.Try(kCard, MediumRefusal::Operation::kOpen));
  EXPECT_FALSE(guard.Try(kCard, MediumRefusal::Operation::kWrite));
  clock.Advance(seconds(60));
  EXPECT_FALSE(guard.Try(kCard, MediumRefusal::Operation::kOpen));
}

TEST(FakeMediumGuard, TheNextDiskOfTheNumberIsAnotherDisk) {
  ManualClock clock;
  FakeMediumGuard guard(clock);
  guard.Appear(kCard);
  ASSERT_TRUE(guard.Admit(kCard, MediumAccess::kReadWrite, std::nullopt).ok());
  guard.Appear(kNext);
  EXPECT_FALSE(guard.WouldOpen(kNext, MediumAccess::kReadOnly));
  const Outcome late = guard.Admit(kCard, MediumAccess::kReadWrite, std::nullopt);
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.failure().code.value(), ENODEV);
}

TEST(FakeMediumGuard, AdmitsNothingWhereItIsMissing) {
  ManualClock clock;
  FakeMediumGuard guard(clock, GuardState::kMissing);
  guard.Appear(kCard);
  EXPECT_FALSE(guard.Admit(kCard, MediumAccess::kReadWrite, std::nullopt).ok());
  EXPECT_TRUE(guard.Try(kCard, MediumRefusal::Operation::kOpen));
}

}  // namespace
}  // namespace sekisho::platform::fake
