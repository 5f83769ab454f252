#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/agent/engine/rig.h"

namespace sekisho::testing {
namespace {

// Hubs are let in by rule, so a hub is what is decided on; a stick takes its place in between.
TEST(SwapTest, AThousandSwapsBetweenDecisionAndAuthorisationOpenNoStick) {
  Terminal terminal;
  terminal.StartEnrolled();
  const std::vector<std::string> ports = {"2-1", "2-2", "2-3", "2-4"};
  for (int round = 0; round < 1000; ++round) {
    const std::string& port = ports[round % ports.size()];
    // In turn: while it is read, while the allow is being recorded (after the decision, before the
    // act), and in the very call that authorises.
    const auto swap = [&] { terminal.bus.Swap(port, Stick("S" + std::to_string(round))); };
    const char* moments[] = {"Read", "recording", "Authorise"};
    const char* moment = moments[round % 3];
    terminal.bus.Plug(port, Hub());
    if (round % 3 == 1) {
      terminal.seat.BeforeNext(swap);
    } else {
      terminal.bus.BeforeNext(moment, swap);
    }
    terminal.Settle();
    ASSERT_NE(terminal.bus.At(port), nullptr);
    ASSERT_EQ(terminal.bus.At(port)->facts.serial, "S" + std::to_string(round));
    // Not for a moment either: a driver binds within milliseconds.
    ASSERT_THAT(terminal.bus.effects(), ::testing::Not(::testing::Contains("authorise " + port)))
        << "round " << round << " by " << moment;
    terminal.bus.ForgetEffects();
    ASSERT_FALSE(terminal.bus.Authorised(port)) << "round " << round << " by " << moment;
    terminal.bus.Unplug(port);
    terminal.Settle();
  }
  terminal.ExpectWholeChain();
}

TEST(SwapTest, AStickThatTakesTheGrantedOnesPlaceIsDecidedOnByWhatItIs) {
  Terminal terminal;
  terminal.StartEnrolled();
  terminal.bus.Plug("2-1", Stick("A1"));
  terminal.Settle();
  terminal.bus.BeforeNext("Authorise", [&] { terminal.bus.Swap("2-1", Stick("B2", 0x1234)); });
  const std::string grant_id = terminal.Grant("2-1", std::chrono::minutes(15));
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_ENFORCEMENT_FAILED), ::testing::SizeIs(1));
  terminal.bus.Plug("2-2", Stick("A1"));
  terminal.Settle();
  EXPECT_TRUE(terminal.bus.Authorised("2-2")) << "the granted one itself, wherever it is plugged";
}

TEST(SwapTest, WhatTakesTheOpenOnesPlaceIsShut) {
  Terminal terminal;
  terminal.StartEnrolled();
  terminal.bus.Plug("2-1", Hub());
  terminal.Settle();
  ASSERT_TRUE(terminal.bus.Authorised("2-1"));
  terminal.bus.Swap("2-1", KeyboardWithStorage());
  terminal.Settle();
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
}

TEST(SwapTest, ADeviceThatChangesItsShapeWithoutLeavingIsShutAndReported) {
  Terminal terminal;
  terminal.StartEnrolled();
  terminal.bus.Plug("2-1", Hub());
  terminal.Settle();
  ASSERT_TRUE(terminal.bus.Authorised("2-1"));
  terminal.bus.Alter("2-1", KeyboardWithStorage());
  terminal.Settle();
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_DEVICE_CHANGED), ::testing::SizeIs(1));
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_DEVICE_BLOCKED), ::testing::SizeIs(1));
}

}  // namespace
}  // namespace sekisho::testing
