#include "agent/core/hours.h"

#include <gtest/gtest.h>

namespace sekisho::core {
namespace {

constexpr std::uint8_t kMondayToFriday = 0x1f;
constexpr std::uint8_t kFriday = 0x10;
constexpr std::uint8_t kSunday = 0x40;

constexpr std::uint16_t At(unsigned hour, unsigned minute = 0) {
  return static_cast<std::uint16_t>(hour * 60 + minute);
}

Policy WithHours(std::vector<WeeklyHours> hours) {
  Policy policy;
  policy.rules.emplace_back();
  policy.rules.emplace_back().match.hours = std::move(hours);
  return policy;
}

TEST(WeeklyHours, HoldFromTheFirstMinuteToTheOneBeforeTheLast) {
  const WeeklyHours office{kMondayToFriday, At(8, 30), At(17, 15)};
  EXPECT_FALSE(Holds(office, {0, At(8, 29)}));
  EXPECT_TRUE(Holds(office, {0, At(8, 30)}));
  EXPECT_TRUE(Holds(office, {4, At(17, 14)}));
  EXPECT_FALSE(Holds(office, {4, At(17, 15)}));
  EXPECT_FALSE(Holds(office, {5, At(12)}));
}

TEST(WeeklyHours, GoOnIntoTheNextDayWhenTheyEndBeforeTheyBegin) {
  const WeeklyHours friday_night{kFriday, At(22), At(6)};
  EXPECT_TRUE(Holds(friday_night, {4, At(22)}));
  EXPECT_TRUE(Holds(friday_night, {5, At(5, 59)}));
  EXPECT_FALSE(Holds(friday_night, {5, At(6)}));
  EXPECT_FALSE(Holds(friday_night, {5, At(22)}));
  EXPECT_FALSE(Holds(friday_night, {4, At(5)}));
  const WeeklyHours sunday_night{kSunday, At(22), At(6)};
  EXPECT_TRUE(Holds(sunday_night, {0, At(1)}));
}

TEST(WeeklyHours, OfNoDayAreOfEveryDay) {
  const WeeklyHours whole{0, 0, kMinutesADay};
  for (unsigned weekday = 0; weekday < 7; ++weekday) {
    EXPECT_TRUE(Holds(whole, {weekday, 0}));
    EXPECT_TRUE(Holds(whole, {weekday, kMinutesADay - 1}));
  }
}

TEST(UntilHoursChange, IsTheNearestBeginOrEnd) {
  const Policy policy =
      WithHours({{kMondayToFriday, At(8, 30), At(17, 15)}, {kFriday, At(22), At(6)}});
  using std::chrono::minutes;
  EXPECT_EQ(UntilHoursChange(policy, {0, At(8)}), minutes(30));
  EXPECT_EQ(UntilHoursChange(policy, {0, At(8, 30)}), minutes(At(17, 15) - At(8, 30)));
  EXPECT_EQ(UntilHoursChange(policy, {4, At(23)}), minutes(At(7)));
  EXPECT_EQ(UntilHoursChange(policy, {5, At(6)}), minutes(At(18) + kMinutesADay + At(8, 30)));
}

TEST(UntilHoursChange, IsNeverWhereNoRuleAsks) {
  EXPECT_EQ(UntilHoursChange(WithHours({}), {0, 0}), std::nullopt);
}

// Minute by minute through a week: between two changes no verdict changes.
TEST(UntilHoursChange, MissesNoChange) {
  const std::vector<WeeklyHours> hours = {
      {kMondayToFriday, At(8, 30), At(17, 15)}, {kSunday, At(22), At(6)}, {0, At(23), At(0)}};
  const Policy policy = WithHours(hours);
  const auto all = [&](unsigned minute) {
    std::vector<bool> holds;
    for (const WeeklyHours& each : hours) {
      holds.push_back(Holds(each, {minute / kMinutesADay % 7, minute % kMinutesADay}));
    }
    return holds;
  };
  for (unsigned minute = 0; minute < kMinutesAWeek; ++minute) {
    const auto until = UntilHoursChange(policy, {minute / kMinutesADay, minute % kMinutesADay});
    ASSERT_TRUE(until.has_value());
    ASSERT_GE(until->count(), 1);
    if (all(minute) != all(minute + 1)) {
      ASSERT_EQ(until->count(), 1) << minute;
    }
  }
}

}  // namespace
}  // namespace sekisho::core
