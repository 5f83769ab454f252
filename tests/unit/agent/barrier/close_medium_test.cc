#include "agent/barrier/close_medium.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "platform/fake/clock.h"
#include "platform/fake/media.h"
#include "platform/fake/usb_bus.h"
#include "platform/linux/fingerprint.h"

namespace sekisho::barrier {
namespace {

using platform::Closure;
using platform::DeviceFacts;
using platform::fake::Manners;
using Effects = std::vector<std::string>;

class CloseMediumTest : public testing::Test {
 protected:
  CloseMediumTest() {
    facts_.descriptors = {std::byte{1}, std::byte{2}};
    bus_.Plug("2-1", facts_);
    bus_.SetAuthorised("2-1", true);
    media_.Mount("2-1");
  }
  platform::Result<std::optional<Closure>> Close() {
    const ClosingParts parts{clock_,
                             devices_,
                             enforcer_,
                             media_,
                             platform::FingerprintHex,
                             [this](std::chrono::milliseconds time) { clock_.Advance(time); }};
    return CloseMedium(parts, {"g1", "2-1", platform::FingerprintHex(facts_.descriptors)});
  }
  platform::fake::UsbBus bus_;
  platform::fake::FakeDeviceSource devices_{bus_};
  platform::fake::FakeEnforcer enforcer_{bus_};
  platform::fake::FakeMedia media_;
  platform::fake::ManualClock clock_;
  DeviceFacts facts_;
};

TEST_F(CloseMediumTest, EndsHoldersThenFlushesThenUnmountsThenShuts) {
  media_.Hold("2-1", {.pid = 41, .uid = 1000, .program = "cp", .started = 1});
  const auto closed = Close();
  ASSERT_TRUE(closed.ok() && closed->has_value());
  EXPECT_EQ(media_.effects(), (Effects{"end 41 ask", "flush 2-1", "unmount 2-1", "unmount 2-1"}));
  EXPECT_EQ(bus_.effects(), (Effects{"deauthorise 2-1"}));
  EXPECT_FALSE(bus_.Authorised("2-1"));
  EXPECT_FALSE(media_.Mounted("2-1"));
  EXPECT_EQ((*closed)->ended.size(), 1u);
  EXPECT_EQ((*closed)->ended[0].program, "cp");
  EXPECT_EQ((*closed)->done, (Effects{"flushed", "unmounted", "deauthorised"}));
  EXPECT_TRUE((*closed)->failed.empty());
}

TEST_F(CloseMediumTest, KillsWhoDoesNotGoWithinASecondAndNamesItOnce) {
  media_.Hold("2-1", {.pid = 42, .uid = 0, .program = "dd", .started = 1}, Manners::kStubborn);
  const platform::BootTime start = clock_.Now();
  const auto closed = Close();
  ASSERT_TRUE(closed.ok() && closed->has_value());
  EXPECT_EQ(media_.effects()[1], "end 42 kill");
  EXPECT_EQ((*closed)->ended.size(), 1u);
  EXPECT_LE(clock_.Now() - start, std::chrono::milliseconds(1100));
}

TEST_F(CloseMediumTest, CutsThePortFromADeviceThatAProgramWillNotLetGo) {
  media_.Hold("2-1", {.pid = 43, .uid = 0, .program = "dd", .started = 1}, Manners::kUnkillable);
  const auto closed = Close();
  ASSERT_TRUE(closed.ok() && closed->has_value());
  EXPECT_EQ(bus_.effects(), (Effects{"deauthorise 2-1", "cut 2-1"}));
  EXPECT_EQ((*closed)->done.back(), "cut");
}

TEST_F(CloseMediumTest, CutsThePortWhenDeauthorisingFails) {
  bus_.FailNext("Deauthorise", EIO);
  const auto closed = Close();
  ASSERT_TRUE(closed.ok() && closed->has_value());
  EXPECT_EQ(bus_.effects(), (Effects{"cut 2-1"}));
  EXPECT_FALSE(bus_.Authorised("2-1")) << "it came back as a new device";
  EXPECT_EQ((*closed)->failed.size(), 1u);
}

TEST_F(CloseMediumTest, ShutsItAlsoWhenFlushingAndUnmountingFail) {
  media_.FailNext("Flush", ETIMEDOUT);
  media_.FailNext("Unmount", ETIMEDOUT);
  const auto closed = Close();
  ASSERT_TRUE(closed.ok() && closed->has_value());
  EXPECT_FALSE(bus_.Authorised("2-1"));
  EXPECT_EQ((*closed)->failed.size(), 2u);
}

TEST_F(CloseMediumTest, LeavesAnotherDeviceAtThatPortAlone) {
  DeviceFacts other;
  other.descriptors = {std::byte{9}};
  bus_.Swap("2-1", other);
  bus_.SetAuthorised("2-1", true);
  const auto closed = Close();
  ASSERT_TRUE(closed.ok());
  EXPECT_FALSE(closed->has_value());
  EXPECT_TRUE(bus_.Authorised("2-1"));
}

TEST_F(CloseMediumTest, HasNothingToDoWhereItIsShutOrGone) {
  bus_.SetAuthorised("2-1", false);
  EXPECT_FALSE(Close()->has_value());
  bus_.Unplug("2-1");
  EXPECT_FALSE(Close()->has_value());
  EXPECT_TRUE(media_.effects().empty());
}

}  // namespace
}  // namespace sekisho::barrier
