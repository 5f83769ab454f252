// A device of which some interfaces are let in and others are not.
#include <algorithm>
#include <cerrno>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/fake/medium_guard.h"
#include "tests/unit/agent/engine/rig.h"

namespace sekisho::testing {
namespace {

using platform::MediumNode;
using platform::fake::UsbBus;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using namespace std::chrono_literals;

const MediumNode kDisk{MediumNode::Kind::kBlock, 8, 16, 5, "sdb"};

class InterfaceTest : public ::testing::Test {
 protected:
  InterfaceTest() { terminal.StartEnrolled(); }

  // Of a keyboard that is also storage (interface 1) only the classes `only`; none: all of it.
  void Publish(std::uint64_t version, const std::vector<v1::DeviceClass>& only) {
    v1::Policy policy = terminal.console.Policy();
    v1::DeviceRule* rule = policy.add_rules();
    rule->set_id("keyboards");
    rule->mutable_match()->set_vendor_id(0x046d);
    rule->set_action(v1::ACTION_ALLOW);
    for (const v1::DeviceClass each : only) rule->add_only_interfaces(each);
    terminal.FromConsole(terminal.console.SealBundle(terminal.console.BundleOf(policy, version)));
  }
  void Plug(const std::string& port, platform::DeviceFacts facts) {
    terminal.bus.Plug(port, std::move(facts));
    terminal.Settle();
  }
  void PlugOpenInPart() {
    Publish(2, {v1::DEVICE_CLASS_KEYBOARD});
    Plug("2-1", KeyboardWithStorage());
    ASSERT_THAT(terminal.bus.OpenInterfaces("2-1"), ElementsAre(0));
    terminal.bus.ForgetEffects();
  }
  std::vector<v1::Event> Loosened() { return terminal.Events(v1::EVENT_KIND_BARRIER_LOOSE); }
  std::vector<v1::Event> Allowed() { return terminal.Events(v1::EVENT_KIND_DEVICE_ALLOWED); }

  Terminal terminal;
};

TEST_F(InterfaceTest, TheKeyboardTypesAndItsStorageStaysShut) {
  Publish(2, {v1::DEVICE_CLASS_KEYBOARD});
  std::size_t recorded_before = 0;
  terminal.bus.BeforeNext("AuthoriseOnly", [&] { recorded_before = Allowed().size(); });
  Plug("2-1", KeyboardWithStorage());
  EXPECT_THAT(terminal.bus.OpenInterfaces("2-1"), ElementsAre(0));
  EXPECT_THAT(terminal.bus.effects(), Contains("authorise 2-1 only 0"));
  EXPECT_THAT(terminal.bus.effects(), Not(Contains("authorise 2-1")));
  EXPECT_EQ(recorded_before, 1u);
  ASSERT_THAT(Allowed(), SizeIs(1));
  EXPECT_THAT(Allowed()[0].verdict().shut_interfaces(), ElementsAre(1));
  EXPECT_THAT(Loosened(), IsEmpty());
  terminal.ExpectWholeChain();
}

TEST_F(InterfaceTest, WhereInterfacesCannotBeToldApartItIsRefusedWhole) {
  terminal.bus.SetInterfaceControl(platform::DeviceFacts::Interfaces::kTogether);
  Publish(2, {v1::DEVICE_CLASS_KEYBOARD});
  Plug("2-1", KeyboardWithStorage());
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  const std::vector<v1::Event> blocked = terminal.Events(v1::EVENT_KIND_DEVICE_BLOCKED);
  ASSERT_THAT(blocked, SizeIs(1));
  EXPECT_EQ(blocked[0].verdict().runner_up_condition(), "only_interfaces");
}

TEST_F(InterfaceTest, OneThatCouldNotBeKeptShutLeavesTheDeviceShut) {
  Publish(2, {v1::DEVICE_CLASS_KEYBOARD});
  terminal.bus.FailNext("AuthoriseOnly", EIO);
  Plug("2-1", KeyboardWithStorage());
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_ENFORCEMENT_FAILED), SizeIs(1));
}

TEST_F(InterfaceTest, AnotherDeviceOfThatBusComesUpWhole) {
  PlugOpenInPart();
  Plug("2-2", Keyboard());
  EXPECT_THAT(terminal.bus.OpenInterfaces("2-2"), ElementsAre(0));
}

TEST_F(InterfaceTest, OneThatAnotherProgramOpensIsShutAgainAndTold) {
  PlugOpenInPart();
  terminal.bus.SetInterfaceAuthorised("2-1", 1, true, UsbBus::Taken::kYes);
  terminal.Settle();
  ASSERT_THAT(Loosened(), SizeIs(1));
  EXPECT_EQ(ParameterOf(Loosened()[0], "interface"), "1");
  EXPECT_THAT(terminal.bus.OpenInterfaces("2-1"), ElementsAre(0));
  // Whoever has its disk open is asked to go first, and the device comes back without it.
  EXPECT_THAT(terminal.bus.effects(), ElementsAre("deauthorise 2-1", "authorise 2-1 only 0"));
}

TEST_F(InterfaceTest, OneThatNobodyHasTakenYetIsFoundWithinTheMinute) {
  PlugOpenInPart();
  terminal.bus.SetInterfaceAuthorised("2-1", 1, true, UsbBus::Taken::kNo);
  terminal.Advance(60s);
  EXPECT_THAT(Loosened(), SizeIs(1));
  EXPECT_THAT(terminal.bus.OpenInterfaces("2-1"), ElementsAre(0));
}

TEST_F(InterfaceTest, WhatWasOpenedWhileAgentdWasDeadIsShutWithItsStart) {
  PlugOpenInPart();
  terminal.Kill();
  EXPECT_THAT(terminal.bus.OpenInterfaces("2-1"), ElementsAre(0)) << "as it was";
  terminal.bus.SetInterfaceAuthorised("2-1", 1, true, UsbBus::Taken::kYes);
  terminal.Start();
  EXPECT_THAT(terminal.bus.OpenInterfaces("2-1"), ElementsAre(0));
}

TEST_F(InterfaceTest, ARestartTouchesNothingThatIsAsItShouldBe) {
  PlugOpenInPart();
  terminal.Restart();
  EXPECT_THAT(terminal.bus.effects(), Not(Contains("deauthorise 2-1")));
  EXPECT_THAT(terminal.bus.OpenInterfaces("2-1"), ElementsAre(0));
}

TEST_F(InterfaceTest, AnotherConfigurationComesUpShutAndIsOpenedInPart) {
  PlugOpenInPart();
  const std::size_t told = Allowed().size();
  terminal.bus.SetConfiguration("2-1");
  ASSERT_THAT(terminal.bus.OpenInterfaces("2-1"), IsEmpty()) << "whoever set it, and then agentd";
  terminal.Settle();
  EXPECT_THAT(terminal.bus.OpenInterfaces("2-1"), ElementsAre(0));
  EXPECT_THAT(Loosened(), IsEmpty());
  EXPECT_THAT(Allowed(), SizeIs(told)) << "the verdict is the one that was told";
}

TEST_F(InterfaceTest, APolicyThatOpensMoreDoesSoInPlaceAndIsRecordedFirst) {
  PlugOpenInPart();
  const std::size_t told = Allowed().size();
  std::size_t recorded_before = 0;
  terminal.bus.BeforeNext("Authorise", [&] { recorded_before = Allowed().size(); });
  Publish(3, {});
  EXPECT_THAT(terminal.bus.OpenInterfaces("2-1"), ElementsAre(0, 1));
  EXPECT_THAT(terminal.bus.effects(), ElementsAre("authorise 2-1"));
  EXPECT_EQ(recorded_before, told + 1);
  EXPECT_THAT(Allowed().back().verdict().shut_interfaces(), IsEmpty());
}

TEST_F(InterfaceTest, APolicyThatShutsMoreShutsTheDeviceAndOpensItInPart) {
  Publish(2, {});
  Plug("2-1", KeyboardWithStorage());
  ASSERT_THAT(terminal.bus.OpenInterfaces("2-1"), ElementsAre(0, 1));
  terminal.bus.ForgetEffects();
  Publish(3, {v1::DEVICE_CLASS_KEYBOARD});
  EXPECT_THAT(terminal.bus.OpenInterfaces("2-1"), ElementsAre(0));
  EXPECT_THAT(terminal.bus.effects(), ElementsAre("deauthorise 2-1", "authorise 2-1 only 0"));
  EXPECT_THAT(Allowed().back().verdict().shut_interfaces(), ElementsAre(1));
  EXPECT_THAT(Loosened(), IsEmpty()) << "nobody but the policy";
}

TEST_F(InterfaceTest, ObservingOpensWhatWasShut) {
  PlugOpenInPart();
  ASSERT_TRUE(terminal.boot_control.SetNext({platform::BootMode::kObserve, 900s}).ok());
  Plug("2-2", Stick("A1"));  // with its notice agentd looks at the mode
  EXPECT_THAT(terminal.bus.OpenInterfaces("2-1"), ElementsAre(0, 1));
  EXPECT_EQ(terminal.bus.new_interfaces(), UsbBus::NewInterfaces::kAuthorised);
  Plug("2-3", KeyboardWithStorage());
  EXPECT_THAT(terminal.bus.OpenInterfaces("2-3"), ElementsAre(0, 1));
  EXPECT_EQ(ParameterOf(Allowed().back(), "enforced"), "no") << "what its verdict would keep shut";
}

TEST_F(InterfaceTest, WhatWouldComeUpByItselfIsShutAgainWhenItIsFoundOpen) {
  PlugOpenInPart();
  terminal.bus.SetNewInterfaces(UsbBus::NewInterfaces::kAuthorised);
  terminal.probes.Set({"usb.shut-interface", platform::ProbeEnd::kOpen, "would come up open"});
  terminal.Advance(10min);
  EXPECT_EQ(terminal.bus.new_interfaces(), UsbBus::NewInterfaces::kDenied);
  ASSERT_THAT(Loosened(), SizeIs(1));
  EXPECT_EQ(ParameterOf(Loosened()[0], "what"), "usb.shut-interface");
}

// BadUSB: what was let in as a keyboard shows a second face.
TEST_F(InterfaceTest, AKeyboardThatGrowsStorageIsShutWholeAndTold) {
  v1::Policy policy = terminal.console.Policy();
  v1::DeviceRule* rule = policy.add_rules();
  rule->set_id("keyboards");
  rule->mutable_match()->add_classes(v1::DEVICE_CLASS_KEYBOARD);
  rule->set_action(v1::ACTION_ALLOW);
  terminal.FromConsole(terminal.console.SealBundle(terminal.console.BundleOf(policy, 2)));
  Plug("2-1", Keyboard());
  ASSERT_TRUE(terminal.bus.Authorised("2-1"));
  terminal.bus.Alter("2-1", KeyboardWithStorage());
  terminal.Settle();
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_DEVICE_CHANGED), SizeIs(1));
  ASSERT_THAT(terminal.Events(v1::EVENT_KIND_DEVICE_BLOCKED), SizeIs(1));
}

TEST(InterfaceMediumTest, TheDiskOfAnInterfaceThatIsShutIsNotAdmitted) {
  Terminal terminal;
  platform::fake::FakeMediumGuard guard(terminal.clock);
  EndsFirst ends_first{terminal};
  terminal.medium_guard = &guard;
  terminal.StartEnrolled();
  v1::Policy policy = terminal.console.Policy();
  v1::DeviceRule* rule = policy.add_rules();
  rule->set_id("keyboards");
  rule->mutable_match()->set_vendor_id(0x046d);
  rule->set_action(v1::ACTION_ALLOW);
  rule->add_only_interfaces(v1::DEVICE_CLASS_KEYBOARD);
  terminal.FromConsole(terminal.console.SealBundle(terminal.console.BundleOf(policy, 2)));
  terminal.bus.Plug("2-1", KeyboardWithStorage());
  terminal.Settle();
  // Another program opens it; the disk's notice is there before the interface's.
  guard.Appear(kDisk);
  terminal.bus.SetInterfaceAuthorised("2-1", 1, true, UsbBus::Taken::kNo);
  terminal.bus.SetMedia("2-1", {kDisk});
  terminal.Settle();
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_MEDIUM_OPENED), IsEmpty());
  EXPECT_FALSE(guard.Try(kDisk, platform::MediumRefusal::Operation::kOpen));
}

}  // namespace
}  // namespace sekisho::testing
