// What of orders is kept where a restart, a full disk or a second hearing cannot take it.
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/contract/keys.h"
#include "tests/unit/agent/engine/rig.h"

namespace sekisho::testing {
namespace {

using platform::BootMode;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using namespace std::chrono_literals;

class OrderBookTest : public ::testing::Test {
 protected:
  OrderBookTest() { terminal.welcome.add_features("orders"); }

  v1::Sealed ModeOrder(std::uint64_t version, v1::Mode mode) const {
    v1::Order order = terminal.OrderOf(version);
    order.mutable_set_mode()->set_mode(mode);
    return terminal.console.SealOrder(order);
  }
  static v1::GrantedDevice Named(const std::string& port, const platform::DeviceFacts& facts) {
    v1::GrantedDevice device;
    const contract::Sha256 hash = contract::HashOf(std::string_view(
        reinterpret_cast<const char*>(facts.descriptors.data()), facts.descriptors.size()));
    device.set_fingerprint(hash.data(), hash.size());
    device.set_serial(facts.serial);
    device.set_port_path(port);
    return device;
  }
  v1::Sealed AdoptOrder(std::uint64_t version) const {
    v1::Order order = terminal.OrderOf(version);
    *order.mutable_adopt_device()->mutable_device() = Named("2-1", Keyboard());
    return terminal.console.SealOrder(order);
  }
  void Observe() {
    terminal.boot_control.Install({BootMode::kObserve, 900s});
    terminal.boot_control.Boot();
  }
  void RestartAndConnect() {
    terminal.Restart();
    terminal.Connect();
  }
  std::size_t Applied() { return terminal.Events(v1::EVENT_KIND_ORDER_APPLIED).size(); }

  Terminal terminal;
};

TEST_F(OrderBookTest, AVersionThatCouldNotBeWrittenIsWrittenWhenThereIsRoom) {
  Observe();
  terminal.StartEnrolled();
  terminal.files.SetSpace(platform::fake::Space::kFull);
  terminal.FromConsole(ModeOrder(1, v1::MODE_ENFORCE));
  ASSERT_EQ(terminal.LastStatus().order_version(), 1u);
  terminal.files.SetSpace(platform::fake::Space::kRoom);
  terminal.Advance(2min);
  terminal.Kill();
  terminal.Start();
  terminal.Connect();
  EXPECT_EQ(terminal.LastStatus().order_version(), 1u) << "or it would be carried out once more";
}

TEST_F(OrderBookTest, TheTimeOfALossIsTheFirstThatBecameKnown) {
  terminal.StartEnrolled();
  terminal.FromConsole(ModeOrder(1, v1::MODE_ENFORCE));
  terminal.Kill();
  terminal.files.Truncate(terminal.settings.state_directory + "/orders", 30);
  terminal.Start();
  terminal.Connect();
  terminal.AnswerLastStatus();
  terminal.Advance(1min);
  const v1::Sealed after_the_loss = ModeOrder(2, v1::MODE_OBSERVE);
  terminal.Advance(1min);
  terminal.AnswerLastStatus();
  terminal.FromConsole(after_the_loss);
  EXPECT_EQ(terminal.boot_control.Next().mode, BootMode::kObserve) << "signed after it, heard late";
}

TEST_F(OrderBookTest, WhatIsAdoptedIsNotAdoptedAgain) {
  terminal.StartEnrolled();
  terminal.FromConsole(AdoptOrder(1));
  terminal.FromConsole(AdoptOrder(2));
  EXPECT_EQ(Applied(), 2u);
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_DEVICE_ADOPTED), SizeIs(1));
}

TEST_F(OrderBookTest, AnAdoptionWhoseRuleCannotBeWrittenIsNoneUntilItIsSaidAgain) {
  terminal.StartEnrolled();
  terminal.bus.Plug("2-1", Keyboard());
  terminal.Settle();
  terminal.boot_rules.FailNext(ENOSPC);
  terminal.FromConsole(AdoptOrder(1));
  EXPECT_EQ(Applied(), 0u);
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_DEVICE_ADOPTED), IsEmpty());
  terminal.FromConsole(AdoptOrder(1));
  EXPECT_EQ(Applied(), 1u);
  EXPECT_THAT(*terminal.boot_rules.Installed(), SizeIs(1));
}

TEST_F(OrderBookTest, ToAbandonWhatIsNotAdoptedChangesNothing) {
  terminal.StartEnrolled();
  terminal.bus.Plug("2-1", Keyboard());
  terminal.Settle();
  terminal.FromConsole(AdoptOrder(1));
  v1::Order order = terminal.OrderOf(2);
  *order.mutable_abandon_device()->mutable_device() = Named("2-2", Hub());
  terminal.FromConsole(terminal.console.SealOrder(order));
  EXPECT_EQ(Applied(), 2u);
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_DEVICE_ABANDONED), IsEmpty());
  EXPECT_THAT(*terminal.boot_rules.Installed(), SizeIs(1));
}

TEST_F(OrderBookTest, AnAgentThatObservesGoesOnThoughTheBootsOwnRecordWasNotWritten) {
  terminal.StartEnrolled();
  terminal.bus.Plug("2-1", Stick("A1"));
  terminal.Settle();
  terminal.FromConsole(ModeOrder(1, v1::MODE_OBSERVE));
  ASSERT_TRUE(terminal.bus.Authorised("2-1"));
  terminal.boot_control.Install({BootMode::kEnforce, 900s});
  terminal.boot_control.Boot();
  terminal.boot_control.Install({BootMode::kObserve, 900s});
  RestartAndConnect();
  EXPECT_TRUE(terminal.bus.Authorised("2-1"));
  EXPECT_EQ(terminal.engine->Status().mode(), v1::MODE_OBSERVE);
}

TEST_F(OrderBookTest, AChangeThatCouldNotBeRecordedWasNotTold) {
  terminal.StartEnrolled();
  const std::size_t told = terminal.Events(v1::EVENT_KIND_MODE_CHANGED).size();
  terminal.BreakSpool();
  terminal.FromConsole(ModeOrder(1, v1::MODE_OBSERVE));
  ASSERT_EQ(terminal.engine->Status().mode(), v1::MODE_ENFORCE);
  terminal.files.SetSpace(platform::fake::Space::kRoom);
  terminal.Advance(6min);
  terminal.FromConsole(ModeOrder(2, v1::MODE_ENFORCE));  // writes down what was told
  ASSERT_EQ(Applied(), 1u);
  RestartAndConnect();
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_MODE_CHANGED), SizeIs(told));
}

}  // namespace
}  // namespace sekisho::testing
