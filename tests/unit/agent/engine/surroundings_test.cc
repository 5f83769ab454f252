#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/agent/engine/rig.h"

namespace sekisho::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::SizeIs;

// The fakes' wall clock begins on 1 April 2026, a Wednesday, at 00:00 and ten seconds.
constexpr unsigned kWednesday = 1u << 2;

class SurroundingsTest : public ::testing::Test {
 protected:
  // A stick is plugged at 2-1, under one rule more than the usual policy's.
  void StartWith(const v1::DeviceMatch& match) {
    terminal.StartEnrolled();
    terminal.bus.Plug("2-1", Stick("A1"));
    terminal.Settle();
    ASSERT_FALSE(terminal.bus.Authorised("2-1"));
    v1::Policy policy = terminal.console.Policy();
    v1::DeviceRule rule;
    rule.set_id("sometimes");
    rule.set_action(v1::ACTION_ALLOW);
    *rule.mutable_match() = match;
    policy.mutable_rules()->Add(std::move(rule));
    for (int i = policy.rules_size() - 1; i > 0; --i) {
      policy.mutable_rules()->SwapElements(i, i - 1);
    }
    v1::Bundle bundle = terminal.console.BundleOf(policy, 2);
    bundle.add_required_features("rules_2");
    terminal.FromConsole(terminal.console.SealBundle(bundle));
    terminal.Settle();
    ASSERT_THAT(terminal.Events(v1::EVENT_KIND_BUNDLE_APPLIED), SizeIs(2));
  }
  static v1::DeviceMatch OfHours(unsigned from_minute, unsigned until_minute) {
    v1::DeviceMatch match;
    match.add_classes(v1::DEVICE_CLASS_STORAGE);
    v1::WeeklyHours& hours = *match.add_hours();
    hours.set_weekdays(kWednesday);
    hours.set_from_minute(from_minute);
    hours.set_until_minute(until_minute);
    return match;
  }
  // To so long after midnight.
  void AdvanceTo(std::chrono::seconds since_midnight) {
    const platform::LocalTime now = terminal.clock.LocalNow();
    terminal.Advance(since_midnight - std::chrono::minutes(now.minute) -
                     std::chrono::seconds(now.second));
  }
  bool Open() const { return terminal.bus.Authorised("2-1"); }

  Terminal terminal;
};

// The alarm and not the minute's tick: nobody calls Tick here.
TEST_F(SurroundingsTest, HoursOpenAndShutAtTheirMinute) {
  StartWith(OfHours(30, 45));
  EXPECT_FALSE(Open());
  AdvanceTo(29min + 59s);
  EXPECT_FALSE(Open());
  AdvanceTo(30min + 1s);
  EXPECT_TRUE(Open());
  AdvanceTo(44min + 59s);
  EXPECT_TRUE(Open());
  AdvanceTo(45min + 1s);
  EXPECT_FALSE(Open());
}

TEST_F(SurroundingsTest, WhoSitsDownIsAskedAtOnce) {
  v1::DeviceMatch match;
  match.add_classes(v1::DEVICE_CLASS_STORAGE);
  match.add_user_groups("tax");
  terminal.seat.Leave();
  StartWith(match);
  EXPECT_FALSE(Open());
  terminal.seat.Sit({.uid = 1001, .name = "taro"}, {"staff", "tax"});
  terminal.Settle();
  EXPECT_TRUE(Open());
  terminal.seat.Sit({.uid = 1002, .name = "jiro"}, {"staff"});
  terminal.Settle();
  EXPECT_FALSE(Open());
}

TEST_F(SurroundingsTest, APolicyThatAsksNobodyWatchesNobody) {
  StartWith(OfHours(30, 45));
  EXPECT_FALSE(terminal.seat.watched());
}

}  // namespace
}  // namespace sekisho::testing
