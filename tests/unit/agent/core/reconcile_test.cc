#include "agent/core/reconcile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sekisho::core {
namespace {

DevicePosition Position(const char* port_path, Action wanted, Authorisation enforced) {
  DevicePosition position;
  position.port_path = port_path;
  position.wanted.action = wanted;
  position.enforced = enforced;
  return position;
}

constexpr auto kOpen = Authorisation::kAuthorised;
constexpr auto kClosed = Authorisation::kUnauthorised;

TEST(Reconcile, DoesNothingWhenAllIsAsWanted) {
  EXPECT_TRUE(Reconcile({}).empty());
  const std::vector<DevicePosition> positions = {Position("2-1", Action::kAllow, kOpen),
                                                 Position("2-2", Action::kReadOnly, kOpen),
                                                 Position("2-3", Action::kBlock, kClosed)};
  EXPECT_TRUE(Reconcile(positions).empty());
}

TEST(Reconcile, ShutsBeforeItOpens) {
  const std::vector<DevicePosition> positions = {Position("2-1", Action::kAllow, kClosed),
                                                 Position("2-2", Action::kBlock, kOpen)};
  EXPECT_THAT(Reconcile(positions), testing::ElementsAre(Effect(Shut{"2-2"}), Effect(Open{"2-1"})));
}

TEST(Reconcile, OpensHubsBeforeWhatHangsBelowThem) {
  const std::vector<DevicePosition> positions = {
      Position("2-1.4.2", Action::kAllow, kClosed), Position("2-1.4", Action::kAllow, kClosed),
      Position("usb2", Action::kAllow, kClosed), Position("2-1", Action::kAllow, kClosed)};
  EXPECT_THAT(Reconcile(positions),
              testing::ElementsAre(Effect(Open{"usb2"}), Effect(Open{"2-1"}), Effect(Open{"2-1.4"}),
                                   Effect(Open{"2-1.4.2"})));
}

TEST(Reconcile, ShutsWhatHangsBelowAHubBeforeTheHub) {
  const std::vector<DevicePosition> positions = {Position("2-1", Action::kBlock, kOpen),
                                                 Position("2-1.4.2", Action::kBlock, kOpen),
                                                 Position("2-1.4", Action::kBlock, kOpen)};
  EXPECT_THAT(
      Reconcile(positions),
      testing::ElementsAre(Effect(Shut{"2-1.4.2"}), Effect(Shut{"2-1.4"}), Effect(Shut{"2-1"})));
}

DevicePosition InPart(Authorisation keyboard, Authorisation storage) {
  DevicePosition position = Position("2-1", Action::kAllow, kOpen);
  position.wanted.shut_interfaces = {1};
  position.interfaces = {{0, keyboard}, {1, storage}};
  return position;
}

TEST(Reconcile, LeavesADeviceAloneThatIsOpenInPartAsWanted) {
  EXPECT_TRUE(Reconcile({{InPart(kOpen, kClosed)}}).empty());
}

TEST(Reconcile, ShutsADeviceWholeOfWhichTooMuchIsOpen) {
  EXPECT_THAT(Reconcile({{InPart(kOpen, kOpen)}}), testing::ElementsAre(Effect(Shut{"2-1"})));
  EXPECT_THAT(Reconcile({{InPart(kClosed, kOpen)}}), testing::ElementsAre(Effect(Shut{"2-1"})))
      << "before more of it is opened";
}

TEST(Reconcile, OpensADeviceAgainOfWhichTooLittleIsOpen) {
  EXPECT_THAT(Reconcile({{InPart(kClosed, kClosed)}}), testing::ElementsAre(Effect(Open{"2-1"})));
}

TEST(Reconcile, OpensNothingOfADeviceThatIsBlocked) {
  DevicePosition position = InPart(kClosed, kClosed);
  position.wanted.action = Action::kBlock;
  EXPECT_THAT(Reconcile({{position}}), testing::ElementsAre(Effect(Shut{"2-1"})));
}

}  // namespace
}  // namespace sekisho::core
