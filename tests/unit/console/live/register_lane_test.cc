#include "console/live/register_lane.h"

#include <gtest/gtest.h>

namespace sekisho::console::live {
namespace {

// What the lane asks to be continued, when `messages` of one version each are sent.
std::uint64_t Sends(RegisterLane& lane, int messages) {
  std::uint64_t above = 0;
  EXPECT_TRUE(
      lane.Send([&](const RegisterLane::Place& place) -> absl::StatusOr<RegisterLane::Sent> {
            above = place.above;
            return RegisterLane::Sent{place.above + messages, messages};
          })
          .ok());
  return above;
}

int Ahead(RegisterLane& lane) {
  int ahead = -1;
  EXPECT_TRUE(
      lane.Send([&](const RegisterLane::Place& place) -> absl::StatusOr<RegisterLane::Sent> {
            ahead = place.messages_ahead;
            return RegisterLane::Sent{place.above, 0};
          })
          .ok());
  return ahead;
}

TEST(RegisterLane, SendsNothingBeforeTheFirstStatus) {
  RegisterLane lane;
  EXPECT_EQ(Ahead(lane), -1);
}

TEST(RegisterLane, GoesOnFromWhatTheTerminalHolds) {
  RegisterLane lane;
  lane.NoteStatus(7);
  EXPECT_EQ(Sends(lane, 3), 7u);
  EXPECT_EQ(Sends(lane, 1), 10u);
  EXPECT_EQ(Ahead(lane), 4);
}

TEST(RegisterLane, ACrossingStatusDoesNotSendTwice) {
  RegisterLane lane;
  lane.NoteStatus(0);
  Sends(lane, 2);
  lane.NoteStatus(0);
  EXPECT_EQ(Sends(lane, 1), 2u);
}

TEST(RegisterLane, ProgressMakesRoomAndArrivalEndsIt) {
  RegisterLane lane;
  lane.NoteStatus(0);
  Sends(lane, 8);
  lane.NoteStatus(1);
  EXPECT_EQ(Ahead(lane), 7);
  lane.NoteStatus(8);
  EXPECT_EQ(Ahead(lane), 0);
}

TEST(RegisterLane, WhatMakesNoProgressOverTwoStatusesIsDueAgain) {
  RegisterLane lane;
  lane.NoteStatus(3);
  Sends(lane, 4);
  lane.NoteStatus(3);
  lane.NoteStatus(3);
  EXPECT_EQ(Sends(lane, 1), 3u);
}

TEST(RegisterLane, ATerminalThatLostItsRegisterBeginsAnewAtOnce) {
  RegisterLane lane;
  lane.NoteStatus(9);
  Sends(lane, 1);
  lane.NoteStatus(0);
  EXPECT_EQ(Sends(lane, 1), 0u);
}

TEST(RegisterLane, WhatCouldNotBeSentIsStillDue) {
  RegisterLane lane;
  lane.NoteStatus(1);
  EXPECT_FALSE(lane.Send([](const RegisterLane::Place&) -> absl::StatusOr<RegisterLane::Sent> {
                     return absl::UnavailableError("store");
                   })
                   .ok());
  EXPECT_EQ(Sends(lane, 1), 1u);
}

}  // namespace
}  // namespace sekisho::console::live
