#include "platform/fake/usb_bus.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace sekisho::platform::fake {
namespace {

DeviceFacts Facts(const std::string& serial) {
  DeviceFacts facts;
  facts.serial = serial;
  return facts;
}

TEST(UsbBus, ANewDeviceIsShut) {
  UsbBus bus;
  bus.Plug("2-1", Facts("a"));
  EXPECT_FALSE(bus.Authorised("2-1"));
}

TEST(UsbBus, ADeviceThatWasSwappedCannotBeAuthorisedByWhoHeldTheOldOne) {
  UsbBus bus;
  FakeDeviceSource source(bus);
  FakeEnforcer enforcer(bus);
  bus.Plug("2-1", Facts("old"));
  auto old = source.Open("2-1");
  ASSERT_TRUE(old.ok());
  bus.Swap("2-1", Facts("new"));
  const Outcome outcome = enforcer.Authorise(**old);
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.failure().code.value(), ENODEV);
  EXPECT_FALSE(bus.Authorised("2-1"));
  EXPECT_FALSE(source.Read(**old).ok());
}

TEST(UsbBus, ASwapCanFallBetweenDecisionAndAuthorisation) {
  UsbBus bus;
  FakeDeviceSource source(bus);
  FakeEnforcer enforcer(bus);
  bus.Plug("2-1", Facts("old"));
  auto old = source.Open("2-1");
  ASSERT_TRUE(old.ok());
  bus.BeforeNext("Authorise", [&] { bus.Swap("2-1", Facts("new")); });
  EXPECT_FALSE(enforcer.Authorise(**old).ok());
  EXPECT_EQ(bus.At("2-1")->facts.serial, "new");
}

TEST(UsbBus, AHubTakesWhatHangsBelowItAlong) {
  UsbBus bus;
  FakeDeviceSource source(bus);
  bus.Plug("2-1", Facts("hub"));
  bus.Plug("2-1.4", Facts("stick"));
  bus.Plug("2-10", Facts("not below"));
  source.Drain();
  bus.Unplug("2-1");
  EXPECT_EQ(bus.At("2-1.4"), nullptr);
  EXPECT_NE(bus.At("2-10"), nullptr);
  const auto notices = source.Drain();
  ASSERT_EQ(notices.size(), 2u);
  EXPECT_EQ(std::get<DeviceGone>(notices[0]).port_path, "2-1.4");
  EXPECT_EQ(std::get<DeviceGone>(notices[1]).port_path, "2-1");
}

TEST(UsbBus, AnOverrunReplacesWhatWaited) {
  UsbBus bus;
  FakeDeviceSource source(bus);
  bus.Plug("2-1", Facts("a"));
  bus.LoseNotices("ENOBUFS");
  const auto notices = source.Drain();
  ASSERT_EQ(notices.size(), 1u);
  EXPECT_TRUE(std::holds_alternative<DevicesUnknown>(notices[0]));
  EXPECT_EQ(source.Present()->size(), 1u);
}

}  // namespace
}  // namespace sekisho::platform::fake
