#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/agent/engine/rig.h"

namespace sekisho::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::SizeIs;

TEST(DeviceTest, DeniesNewDevicesBeforeItLooksAtAnything) {
  Terminal terminal;
  terminal.Start();
  ASSERT_FALSE(terminal.bus.effects().empty());
  EXPECT_EQ(terminal.bus.effects().front(), "deny");
}

TEST(DeviceTest, AStickIsRefusedAndTheOfficeIsTold) {
  Terminal terminal;
  terminal.StartEnrolled();
  terminal.bus.Plug("2-1", Stick("A1"));
  terminal.Settle();
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  std::vector<v1::Event> blocked = terminal.Events(v1::EVENT_KIND_DEVICE_BLOCKED);
  ASSERT_THAT(blocked, SizeIs(1));
  EXPECT_EQ(blocked[0].device().serial(), "A1");
  EXPECT_EQ(blocked[0].device().port_path(), "2-1");
  EXPECT_EQ(blocked[0].verdict().reason(), v1::VERDICT_REASON_DEFAULT);
  EXPECT_EQ(blocked[0].person().name(), "hanako");
  EXPECT_THAT(blocked[0].reference(), MatchesRegex("[0-9]{6}"));
  EXPECT_EQ(blocked[0].retention(), v1::RETENTION_BLOCK);
}

TEST(DeviceTest, ABlockIsToldOnceHoweverOftenItIsReconsidered) {
  Terminal terminal;
  terminal.StartEnrolled();
  terminal.bus.Plug("2-1", Stick("A1"));
  terminal.Settle();
  terminal.bus.LoseNotices("overrun");
  terminal.Advance(std::chrono::minutes(10));
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_DEVICE_BLOCKED), SizeIs(1));
}

TEST(DeviceTest, WithoutAPolicyEverythingIsBlocked) {
  Terminal terminal;
  terminal.bus.Plug("2-1", Hub());
  terminal.Start();
  EXPECT_FALSE(terminal.bus.Authorised("2-1")) << "it had come up before agentd";
  std::vector<v1::Event> blocked = terminal.Events(v1::EVENT_KIND_DEVICE_BLOCKED);
  ASSERT_THAT(blocked, SizeIs(1));
  EXPECT_EQ(blocked[0].verdict().reason(), v1::VERDICT_REASON_NO_POLICY);
}

TEST(DeviceTest, ARuleOpensAHubAndItsRecordComesFirst) {
  Terminal terminal;
  terminal.StartEnrolled();
  std::size_t recorded_before_opening = 0;
  terminal.bus.BeforeNext("Authorise", [&] {
    recorded_before_opening = terminal.Events(v1::EVENT_KIND_DEVICE_ALLOWED).size();
  });
  terminal.bus.Plug("2-1", Hub());
  terminal.Settle();
  EXPECT_TRUE(terminal.bus.Authorised("2-1"));
  EXPECT_EQ(recorded_before_opening, 1u);
}

TEST(DeviceTest, UnreadableDescriptorsAreBlocked) {
  Terminal terminal;
  terminal.StartEnrolled();
  platform::DeviceFacts facts = Stick("A1");
  facts.descriptors.resize(20);
  terminal.bus.Plug("2-1", facts);
  terminal.Settle();
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  std::vector<v1::Event> blocked = terminal.Events(v1::EVENT_KIND_DEVICE_BLOCKED);
  ASSERT_THAT(blocked, SizeIs(1));
  EXPECT_EQ(blocked[0].verdict().reason(), v1::VERDICT_REASON_UNREADABLE);
  EXPECT_NE(ParameterOf(blocked[0], "fault"), "");
}

TEST(DeviceTest, ADeviceThatSomebodyElseAuthorisedIsShutAndReported) {
  Terminal terminal;
  terminal.StartEnrolled();
  terminal.bus.Plug("2-1", Stick("A1"));
  terminal.Settle();
  terminal.bus.SetAuthorised("2-1", true);
  terminal.Settle();
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_BARRIER_LOOSE), SizeIs(1));
}

TEST(DeviceTest, LostNoticesAreMadeUpForByAFullRescan) {
  Terminal terminal;
  terminal.StartEnrolled();
  terminal.bus.Plug("2-1", Stick("A1"));
  terminal.bus.Plug("2-2", Hub());
  terminal.bus.LoseNotices("ENOBUFS");
  terminal.Settle();
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  EXPECT_TRUE(terminal.bus.Authorised("2-2"));
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_DEVICE_BLOCKED), SizeIs(1));
  std::vector<v1::Event> rescans = terminal.Events(v1::EVENT_KIND_RESCAN);
  EXPECT_EQ(ParameterOf(rescans.back(), "cause"), "ENOBUFS");
}

TEST(DeviceTest, AnAdoptedKeyboardComesUpWithoutPolicyAndItsStorageTwinDoesNot) {
  Terminal terminal;
  terminal.Start();
  terminal.bus.Plug("2-1", Keyboard());
  terminal.Settle();
  ASSERT_FALSE(terminal.bus.Authorised("2-1"));
  auto answer = terminal.engine->Adopt({"2-1"});
  ASSERT_TRUE(std::holds_alternative<v1::LocalAdoptReply>(answer));
  EXPECT_TRUE(terminal.bus.Authorised("2-1"));
  EXPECT_THAT(*terminal.boot_rules.Installed(), SizeIs(1));
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_DEVICE_ADOPTED), SizeIs(1));
  terminal.bus.Unplug("2-1");
  terminal.bus.Plug("2-1", KeyboardWithStorage());
  terminal.Settle();
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  terminal.bus.Plug("2-1", Keyboard());
  terminal.Restart();
  EXPECT_TRUE(terminal.bus.Authorised("2-1")) << "adopted for good";
}

TEST(DeviceTest, AdoptingTakesTheHubsAboveAlong) {
  Terminal terminal;
  terminal.StartEnrolled();
  terminal.bus.Plug("2-1", Hub());
  terminal.bus.Plug("2-1.4", Keyboard());
  terminal.Settle();
  auto answer = terminal.engine->Adopt({"2-1.4"});
  ASSERT_TRUE(std::holds_alternative<v1::LocalAdoptReply>(answer));
  EXPECT_THAT(std::get<v1::LocalAdoptReply>(answer).adopted(), ElementsAre("2-1", "2-1.4"));
}

TEST(DeviceTest, AStickCannotBeAdopted) {
  Terminal terminal;
  terminal.Start();
  terminal.bus.Plug("2-1", Stick("A1"));
  terminal.Settle();
  EXPECT_THAT(std::get<v1::LocalAdoptReply>(terminal.engine->Adopt({})).proposals(), IsEmpty());
  auto answer = terminal.engine->Adopt({"2-1"});
  ASSERT_TRUE(std::holds_alternative<v1::LocalFailure>(answer));
  EXPECT_EQ(std::get<v1::LocalFailure>(answer).code(), "not-adoptable");
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
}

TEST(DeviceTest, StoppingClosesNothingAndStartingAgainOpensNothingNew) {
  Terminal terminal;
  terminal.StartEnrolled();
  terminal.bus.Plug("2-1", Hub());
  terminal.bus.Plug("2-2", Stick("A1"));
  terminal.Settle();
  terminal.Grant("2-2", std::chrono::minutes(15));
  ASSERT_TRUE(terminal.bus.Authorised("2-2"));
  terminal.engine->Stop();
  terminal.bus.ForgetEffects();
  terminal.Restart();
  EXPECT_TRUE(terminal.bus.Authorised("2-1"));
  EXPECT_TRUE(terminal.bus.Authorised("2-2"));
  EXPECT_THAT(terminal.bus.effects(), ElementsAre("deny"));
  terminal.ExpectWholeChain();
}

TEST(DeviceTest, ARequestCarriesReferenceAndReasonWithNumbersMasked) {
  Terminal terminal;
  terminal.StartEnrolled();
  terminal.bus.Plug("2-1", Stick("A1"));
  terminal.Settle();
  auto answer = terminal.engine->RequestException("2-1", "for 1234-5678-9012");
  ASSERT_TRUE(std::holds_alternative<v1::LocalExceptionReply>(answer));
  std::vector<v1::Event> requests = terminal.Events(v1::EVENT_KIND_EXCEPTION_REQUESTED);
  ASSERT_THAT(requests, SizeIs(1));
  EXPECT_EQ(requests[0].reference(), std::get<v1::LocalExceptionReply>(answer).reference());
  EXPECT_EQ(requests[0].reference(), terminal.Events(v1::EVENT_KIND_DEVICE_BLOCKED)[0].reference());
  EXPECT_EQ(ParameterOf(requests[0], "reason"), "for ****-****-****");
}

TEST(DeviceTest, ALooseBarrierIsReportedOnceAndClosedAgain) {
  Terminal terminal;
  terminal.StartEnrolled();
  terminal.probes.Set({"usb.new-device", platform::ProbeEnd::kOpen, "usb3 authorises by default"});
  terminal.bus.ForgetEffects();
  terminal.engine->Doctor();
  terminal.engine->Doctor();
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_BARRIER_LOOSE), SizeIs(1));
  EXPECT_THAT(terminal.bus.effects(), ElementsAre("deny", "deny"));
}

TEST(DeviceTest, AnIdleAgentSetsNoAlarms) {
  Terminal terminal;
  terminal.StartEnrolled();
  terminal.bus.Plug("2-1", Stick("A1"));
  terminal.Advance(std::chrono::minutes(5));
  EXPECT_EQ(terminal.loop.alarms(), 0u);
}

}  // namespace
}  // namespace sekisho::testing
